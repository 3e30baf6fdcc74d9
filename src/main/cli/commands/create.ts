import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RunCommand } from '../command';

export function addCreate(program: Command, run: RunCommand): void {
  program
    .command('create')
    .description('create a project in a new or empty folder')
    .argument('<project>', 'the project folder')
    .option('--name <name>', "the project's name; the folder's name by default")
    .action((folder: string, options: { name?: string }) =>
      run(async ({ services }) => {
        const project = await services.projects.create(resolve(folder), options.name);
        return {
          result: { project: project.folder, name: project.name },
          text: `Project “${project.name}” in ${project.folder}`,
        };
      }),
    );
}
