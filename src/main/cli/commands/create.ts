import type { Command } from 'commander';
import type { RunCommand } from '../command';

export function addCreate(program: Command, run: RunCommand): void {
  program
    .command('create')
    .description('create a project in a new or empty folder')
    .argument('<project>', 'the project folder')
    .option('--name <name>', "the project's name; the folder's name by default")
    .action((folder: string, options: { name?: string }) =>
      run(async (session) => {
        const project = await session.request('projects.create', { folder: session.grant(folder), ...options });
        return {
          result: { project: project.folder, name: project.name },
          text: `Project “${project.name}” in ${project.folder}`,
        };
      }),
    );
}
