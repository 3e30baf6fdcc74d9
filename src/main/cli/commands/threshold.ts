import { type Command, InvalidArgumentError } from 'commander';
import type { Metric } from '#shared/models/metric';
import type { OperatingMetrics, OperatingRule } from '#shared/models/operating-point';
import { RESEARCH_USE } from '#shared/research-use';
import { formatMetric } from '#shared/text/metric';
import { formatFixed } from '#shared/text/number';
import { countRows, operatingRows, populationRows, ruleText } from '#shared/text/operating-text';
import type { RunCommand } from '../command';
import { UsageError } from '../outcome';
import { table } from '../table';
import { tasksOf } from './evaluated-tasks';
import { collect, share } from './numbers';

interface Options {
  readonly rule: OperatingRule;
  readonly lower?: number;
  readonly positive?: readonly string[];
  readonly negative?: readonly string[];
  readonly prevalence?: number;
  readonly seal?: boolean;
  readonly by?: string;
}

export function addThreshold(program: Command, run: RunCommand): void {
  program
    .command('threshold')
    .description('choose an operating point on the validation images by a rule, and bind the run to it')
    .argument('<project>', 'the project folder')
    .argument('<run>', 'run id from `fovea runs`')
    .requiredOption(
      '--rule <rule>',
      'sensitivity=0.95, specificity=0.9, youden, or cost=5 (a missed positive is worth 5 false alarms)',
      parseRule,
    )
    .option('--lower <share>', 'least 95 % lower bound of that sensitivity or specificity', share(1))
    .option('--positive <class>', 'class to detect; repeat for a group', collect)
    .option('--negative <class>', 'class to tell it from; default: all others', collect)
    .option('--prevalence <share>', 'also show 1,000 patients of this prevalence', share(1))
    .option('--seal', 'bind the run to this threshold: do it before the test set is opened')
    .option('--by <name>', 'your name, for the record')
    .action((folder: string, id: string, { lower, seal, by, prevalence, ...options }: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const { record } = await session.request('runs.get', { project, run: id });
        if (options.positive === undefined) {
          throw new UsageError('Name the class to detect.', `--positive is one of ${record.classes.join(', ')}.`);
        }
        const task = tasksOf(record.classes, options).at(-1);
        if (task === undefined) throw new UsageError('The run has no classes.', 'Choose another run.');
        const rule = withLowerBound(options.rule, lower ?? null);
        const chosen = await session.request('evaluations.chooseThreshold', { project, run: id, task, rule });
        if (chosen === null) {
          const text = `No threshold fulfils this rule on the validation images: ${ruleText(rule)}.`;
          return { result: { run: id, rule, task, chosen: null, sealed: null }, text };
        }
        const at = { project, run: id, split: 'validation' as const, task, threshold: chosen.threshold };
        const shown =
          prevalence === undefined ? chosen : await session.request('evaluations.threshold', { ...at, prevalence });
        const sealed =
          seal === true
            ? await session.request('evaluations.seal', { project, run: id, task, rule, by: by ?? null })
            : null;
        return {
          result: { run: id, rule, task, chosen: shown, sealed },
          text: [
            `Rule: ${ruleText(rule)}`,
            ...(shown === null ? [] : [describeThreshold(shown)]),
            ...(sealed === null ? ['Not sealed; --seal binds the run to it.'] : ['Sealed into the run.']),
            ...((sealed?.testOpenings ?? 0) > 0 ? ['Note: the test set had been opened before.'] : []),
            RESEARCH_USE,
          ].join('\n'),
        };
      }),
    );
}

function parseRule(text: string): OperatingRule {
  const [kind, value] = text.split('=');
  const number = Number(value);
  if (kind === 'youden' && value === undefined) return { kind };
  if (kind === 'cost' && number > 0 && Number.isFinite(number)) return { kind, missed: number };
  if ((kind === 'sensitivity' || kind === 'specificity') && number > 0 && number <= 1) {
    return { kind, atLeast: number, lowerBound: null };
  }
  throw new InvalidArgumentError('Expected sensitivity=0.95, specificity=0.9, youden or cost=5.');
}

function withLowerBound(rule: OperatingRule, lowerBound: number | null): OperatingRule {
  if (lowerBound === null) return rule;
  if (rule.kind === 'sensitivity' || rule.kind === 'specificity') return { ...rule, lowerBound };
  throw new UsageError('--lower needs a rule with a sensitivity or a specificity.', 'For example sensitivity=0.95.');
}

export function describeThreshold(metrics: OperatingMetrics): string {
  const value = (metric: Metric | null) => (metric === null ? '–' : formatMetric(metric));
  const { population } = metrics;
  return [
    `Threshold: ${formatFixed(metrics.threshold, 4)}; an image with at least this score is called positive`,
    table(
      ['measure', 'value'],
      [
        ...operatingRows(metrics).map(([name, metric]) => [name, value(metric)]),
        ...countRows(metrics).map(([name, count]) => [name, count]),
      ],
    ),
    ...(population === null
      ? []
      : [
          '',
          `1,000 patients of a prevalence of ${population.prevalence}:`,
          table(
            ['outcome', 'patients'],
            populationRows(metrics).map(([name, metric]) => [name, value(metric)]),
          ),
        ]),
  ].join('\n');
}
