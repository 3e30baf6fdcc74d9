import type { Command } from 'commander';
import type { RunRecord } from '#shared/models/run';
import { queuePlaces } from '#shared/training/queue';
import type { RunCommand } from '../command';
import { facts } from '../table';
import { runTable } from './run-table';

export function addRuns(program: Command, run: RunCommand): void {
  program
    .command('runs')
    .description('list the runs of a project, newest first')
    .argument('<project>', 'the project folder')
    .action((folder: string) =>
      run(async (session) => {
        const { runs } = await session.request('runs.list', { project: await session.open(folder) });
        const places = queuePlaces(runs);
        return {
          result: { runs: runs.map((one) => ({ ...one, queuePlace: places.get(one.id) ?? null })) },
          text: runs.length === 0 ? 'No runs yet.' : runTable(runs),
        };
      }),
    );

  program
    .command('run')
    .description('show a run and its configuration')
    .argument('<project>', 'the project folder')
    .argument('<run>', 'run id from `fovea runs`')
    .option('--cancel', 'remove a paused run from the queue; its progress is kept')
    .action((folder: string, id: string, { cancel = false }: { cancel?: boolean }) =>
      run(async (session) => {
        const project = await session.open(folder);
        if (cancel) await session.request('runs.stop', { project, run: id });
        const detail = await session.request('runs.get', { project, run: id });
        const { summary, record } = detail;
        const settings = Object.entries(record.config).map(
          ([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const,
        );
        const text = facts([
          ['run', summary.id],
          ['state', summary.state],
          ...(record.parent === null ? [] : [['continues', `${record.parent.run} (${record.parent.name})`] as const]),
          ['classes', record.classes.join(', ')],
          ['parameters', `${record.parameters} (${record.trainableParameters} trained)`],
          [
            'images',
            `${record.counts.train} train, ${record.counts.validation} validation, ${record.counts.test} test`,
          ],
          ['dataset', versionText(record.datasetVersion)],
          ...settings,
        ]);
        return { result: { ...detail, run: id }, text };
      }),
    );
}

const versionText = (version: RunRecord['datasetVersion']): string =>
  version === null ? 'no version recorded' : `version ${version.number} (${version.hash.slice(0, 12)})`;
