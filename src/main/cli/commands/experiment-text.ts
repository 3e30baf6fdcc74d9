import { metricNames } from '#shared/experiments/metrics';
import { settingText } from '#shared/experiments/settings';
import type { ComparedValues, Comparison, Verdict } from '#shared/models/comparison';
import type { ExperimentDetail } from '#shared/models/experiment';
import type { LeakResult, LeakSide } from '#shared/models/leak';
import type { Metric } from '#shared/models/metric';
import { patientsCell } from '#shared/models/patient-count';
import { RESEARCH_USE } from '#shared/research-use';
import { formatMetric } from '#shared/text/metric';
import { formatFixed } from '#shared/text/number';
import { table } from '../table';
import { describeNumbers } from './evaluate';

const verdictTexts: Readonly<Record<Verdict, string>> = {
  best: 'best',
  alike: 'no significant difference from the best',
  worse: 'worse than the best',
  'other-images': 'validated on other images',
  unmeasured: '–',
};

const metricColumns = [metricNames.accuracy, metricNames.macroF1, metricNames.auc];

const measured = (metric: Metric | null | undefined): string =>
  metric === null || metric === undefined ? '–' : formatMetric(metric);

/** Validation results side by side. `names`: one per run, in their order. */
export function describeResults(comparison: Comparison, title: string, names: readonly string[]): string {
  return [
    table(
      [title, 'state', ...metricColumns, metricNames.loss, `by ${metricNames[comparison.metric]}`, 'behind'],
      comparison.runs.map(({ summary, evaluation, verdict, behind }, index) => [
        names[index] ?? summary.id,
        summary.state,
        measured(evaluation?.accuracy),
        measured(evaluation?.macroF1),
        measured(evaluation?.auc),
        measured(evaluation?.loss),
        verdictTexts[verdict],
        measured(behind),
      ]),
    ),
    'On the validation images; 95 % intervals in brackets',
  ].join('\n');
}

/** One row per setting or fact, one column per run; hashes are shortened to 12 digits. */
export function describeValues(rows: readonly ComparedValues[], names: readonly string[]): string {
  const cell = (value: ComparedValues['values'][number]) =>
    typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : settingText(value);
  return table(
    ['', ...names],
    rows.map(({ key, values }) => [key, ...values.map(cell)]),
  );
}

/** The two sides of a measured leak, and their difference. */
function describeLeak({ leaking, grouped, accuracy, auc, sentence, cautions }: LeakResult): string {
  const row = (name: string, side: LeakSide) => [
    name,
    side.n,
    patientsCell(side),
    formatMetric(side.accuracy),
    formatMetric(side.macroF1),
    measured(side.auc),
  ];
  return [
    table(
      ['split', 'test images', 'patients', ...metricColumns],
      [
        row('leaking', leaking),
        row('grouped', grouped),
        ['difference', '', '', formatMetric(accuracy), '', measured(auc)],
      ],
    ),
    sentence,
    ...cautions.map((caution) => `Note: ${caution}`),
  ].join('\n');
}

export function describeExperiment({ experiment, runs, comparison, pooled, leak }: ExperimentDetail): string {
  const states = `${experiment.name} (${experiment.id}): ${runs.filter(({ state }) => state === 'finished').length} of ${experiment.members.length} runs finished`;
  if (experiment.kind === 'leak') {
    return [
      states,
      leak === null ? 'Not both test sets are evaluated yet.' : `\n${describeLeak(leak)}`,
      RESEARCH_USE,
    ].join('\n');
  }
  const title = experiment.kind === 'sweep' ? experiment.key : 'fold';
  const label = (run: string): string => {
    if (experiment.kind === 'folds') return String(experiment.members.find((one) => one.run === run)?.fold ?? '');
    return settingText(experiment.members.find((one) => one.run === run)?.value ?? null);
  };
  const lines = [states, ''];
  if (comparison !== null) {
    const names = comparison.runs.map(({ summary }) => label(summary.id));
    if (experiment.kind === 'sweep') {
      lines.push(describeResults(comparison, title, names), ...comparison.notes.map((note) => `Note: ${note}`));
    } else {
      lines.push(
        table(
          [title, 'state', 'images', ...metricColumns, metricNames.loss],
          comparison.runs.map(({ summary, evaluation }, index) => [
            names[index] ?? '',
            summary.state,
            evaluation?.n ?? '–',
            measured(evaluation?.accuracy),
            measured(evaluation?.macroF1),
            measured(evaluation?.auc),
            measured(evaluation?.loss),
          ]),
        ),
      );
    }
  }
  if (pooled !== null) {
    const { accuracy, macroF1, auc } = pooled.spread;
    const spread = ({ mean, standardDeviation, lowest, highest }: typeof accuracy) => [
      formatFixed(mean),
      formatFixed(standardDeviation),
      formatFixed(lowest),
      formatFixed(highest),
    ];
    lines.push(
      '',
      table(
        ['over the folds', 'mean', 'standard deviation', 'lowest', 'highest'],
        [
          [metricNames.accuracy, ...spread(accuracy)],
          [metricNames.macroF1, ...spread(macroF1)],
          ...(auc === null ? [] : [[metricNames.auc, ...spread(auc)]]),
        ],
      ),
      '',
      describeNumbers(pooled, `out-of-fold images of ${pooled.folds} models`),
    );
  } else {
    lines.push(RESEARCH_USE);
  }
  return lines.join('\n');
}
