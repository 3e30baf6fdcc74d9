import type { Experiment } from '#shared/models/experiment';
import type { LeakResult, LeakSide } from '#shared/models/leak';
import type { Metric } from '#shared/models/metric';
import type { Evaluation } from '#shared/models/run';
import { formatInterval } from '#shared/text/metric';
import { formatFixed, formatPercent } from '#shared/text/number';
import type { Background } from '../background/background';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readCases, readEvaluation } from '../run-records/run-files';
import { packCases } from './packed-cases';
import { resultTasks } from './result-tasks';

/** Result of a leak measurement; null until both models are evaluated on their test images. Throws `run_damaged`. */
export async function leakResult(
  project: OpenProject,
  experiment: Extract<Experiment, { kind: 'leak' }>,
  background: Background,
): Promise<LeakResult | null> {
  const of = async (grouped: boolean) => {
    const run = experiment.members.find((one) => one.grouped === grouped)?.run;
    if (run === undefined) return null;
    const folder = runFolder(project.folder, run);
    const evaluation = await readEvaluation(folder, 'test');
    return evaluation === null ? null : { evaluation, cases: await readCases(folder, 'test') };
  };
  const [leaking, grouped] = [await of(false), await of(true)];
  if (leaking === null || grouped === null) return null;
  const { classes } = grouped.evaluation;
  if (classes.join('\u0000') !== leaking.evaluation.classes.join('\u0000')) return null;
  const differences = { first: packCases(leaking.cases), second: packCases(grouped.cases), classes };
  const { accuracy, auc } = await background(resultTasks.independentDifferences, differences);
  if (accuracy === null) return null;
  return {
    leaking: side(leaking.evaluation),
    grouped: side(grouped.evaluation),
    accuracy,
    auc,
    sentence: sentenceOf(leaking.evaluation.accuracy.value, grouped.evaluation.accuracy.value, accuracy),
    cautions: [
      'The two models were tested on different images, so the intervals of the differences treat the test sets as independent samples. Only one seed was measured; another would give a different result.',
      ...grouped.evaluation.cautions,
    ],
  };
}

const side = ({ run, n, patients, withoutPatient, accuracy, macroF1, auc }: Evaluation): LeakSide => ({
  run,
  n,
  patients,
  withoutPatient,
  accuracy,
  macroF1,
  auc,
});

/** States the difference in percentage points. */
export function sentenceOf(leaking: number, grouped: number, { value, low, high }: Metric): string {
  const numbers = `Test accuracy was ${formatPercent(leaking)} with patients or duplicates across splits and ${formatPercent(grouped)} with them kept together`;
  const interval =
    low === null || high === null ? '' : ` (95 % interval ${formatInterval({ low: 100 * low, high: 100 * high }, 1)})`;
  const change = `${formatFixed(100 * Math.abs(value), 1)} percentage points ${value >= 0 ? 'higher' : 'lower'} with the leak${interval}`;
  if (low === null || high === null) return `${numbers}: ${change}.`;
  if (low > 0) return `${numbers}: ${change}. The leak inflates the result: trust the second value.`;
  if (high < 0) return `${numbers}: ${change}. A leak does not explain this. Check the two test splits.`;
  return `${numbers}: ${change}. The interval includes 0, so these test sets are too small to show by accuracy whether the leak matters. Still, trust the second value.`;
}
