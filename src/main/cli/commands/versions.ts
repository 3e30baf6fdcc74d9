import type { Command } from 'commander';
import type { RunCommand } from '../command';
import { table } from '../table';

export function addVersions(program: Command, run: RunCommand): void {
  program
    .command('versions')
    .description('list the versions of a dataset, with the images each import added and the images removed before it')
    .argument('<project>', 'the project folder')
    .action((folder: string) =>
      run(async (session) => {
        const { versions } = await session.request('dataset.versions', { project: await session.open(folder) });
        const rows = versions.map(({ number, at, images, added, removed, hash, ...rest }) => [
          number,
          at.slice(0, 16).replace('T', ' '),
          rest.import === null ? 'run' : 'import',
          images,
          added,
          removed,
          hash.slice(0, 12),
        ]);
        return {
          result: { versions },
          text:
            versions.length === 0
              ? 'No versions yet. The first import creates one.'
              : table(['version', 'when (UTC)', 'made by', 'images', 'added', 'removed', 'hash'], rows),
        };
      }),
    );
}
