import { type Command, Option } from 'commander';
import { type BestMetric, bestMetrics } from '#shared/models/run-config';
import { RESEARCH_USE } from '#shared/research-use';
import type { RunCommand } from '../command';
import { describeResults, describeValues } from './experiment-text';

export function addCompare(program: Command, run: RunCommand): void {
  program
    .command('compare')
    .description('compare runs: changed settings, data, split, weights and validation results')
    .argument('<project>', 'the project folder')
    .argument('<runs...>', 'two or more run ids from `fovea runs`')
    .option('--all', 'also list settings that are the same')
    .addOption(
      new Option('--metric <metric>', 'metric to rank by; by default the one that selected the best epochs').choices(
        bestMetrics,
      ),
    )
    .action((folder: string, ids: string[], { all = false, metric }: { all?: boolean; metric?: BestMetric }) =>
      run(async (session) => {
        const comparison = await session.request('runs.compare', {
          project: await session.open(folder),
          runs: ids,
          ...(metric === undefined ? {} : { metric }),
        });
        const names = comparison.runs.map(({ summary }) => summary.id);
        const settings = comparison.settings.filter(({ differs }) => all || differs);
        const facts = comparison.facts.filter(({ differs }) => all || differs);
        const text = [
          describeResults(comparison, 'run', names),
          '',
          settings.length === 0 ? 'All settings are the same.' : describeValues(settings, names),
          '',
          facts.length === 0 ? 'Data, split, weights and preprocessing are the same.' : describeValues(facts, names),
          '',
          ...comparison.notes.map((note) => `Note: ${note}`),
          RESEARCH_USE,
        ].join('\n');
        return { result: { ...comparison }, text };
      }),
    );
}
