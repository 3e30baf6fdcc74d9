import type { Command } from 'commander';
import type { Run } from '../program';
import { decimals, duration, facts, table } from '../table';

export function addRuns(program: Command, run: Run): void {
  program
    .command('runs')
    .description('list the runs of a project, newest first')
    .argument('<project>', 'the project folder')
    .action((folder: string) =>
      run(async (session) => {
        const { runs } = await session.request('runs.list', { project: await session.open(folder) });
        const rows = runs.map(({ id, state, backbone, preset, epochsDone, epochs, best, seconds }) => [
          id,
          state,
          backbone,
          preset,
          `${epochsDone}/${epochs}`,
          best === null ? '–' : `${best.metric} ${decimals(best.value)}`,
          duration(seconds),
        ]);
        const header = ['run', 'state', 'backbone', 'preset', 'epochs', 'best', 'time'];
        return { result: { runs }, text: runs.length === 0 ? 'No runs yet.' : table(header, rows) };
      }),
    );

  program
    .command('run')
    .description('show one run with its configuration')
    .argument('<project>', 'the project folder')
    .argument('<run>', 'as in `fovea runs`')
    .action((folder: string, id: string) =>
      run(async (session) => {
        const detail = await session.request('runs.get', { project: await session.open(folder), run: id });
        const { summary, record } = detail;
        const settings = Object.entries(record.config).map(
          ([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const,
        );
        const text = facts([
          ['run', summary.id],
          ['state', summary.state],
          ['classes', record.classes.join(', ')],
          ['parameters', `${record.parameters} (${record.trainableParameters} trained)`],
          [
            'images',
            `${record.counts.train} train, ${record.counts.validation} validation, ${record.counts.test} test`,
          ],
          ...settings,
        ]);
        return { result: { ...detail, run: id }, text };
      }),
    );
}
