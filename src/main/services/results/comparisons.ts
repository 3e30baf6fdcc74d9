import { compareFacts, compareSettings } from '#shared/experiments/compare-settings';
import { metricNames, metricOf } from '#shared/experiments/metrics';
import { FoveaError } from '#shared/ipc/errors';
import type { ComparedRun, Comparison } from '#shared/models/comparison';
import type { Metric } from '#shared/models/metric';
import type { Evaluation } from '#shared/models/run';
import type { BestMetric } from '#shared/models/run-config';
import { signOffWarning } from '#shared/models/sign-off';
import { differInViews, MIXED_VIEWS } from '#shared/models/test-time';
import type { Background } from '../background/background';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readCases, readEvaluation } from '../run-records/run-files';
import type { Runs } from '../runs/runs';
import { packCases } from './packed-cases';
import { resultTasks } from './result-tasks';

/** Runs in one comparison at most: more would not fit on a page. */
export const MAX_COMPARED = 20;

export interface Comparisons {
  /**
   * Compares runs setting by setting, in the order given, with their validation results and the difference of each from
   * the best. `metric` ranks the runs; default: the metric that chose their best epochs, or accuracy if that differs.
   * Throws `run_unknown`, `run_damaged`, and `too_few_runs` or `too_many_runs`.
   */
  compare(project: OpenProject, runs: readonly string[], metric?: BestMetric): Promise<Comparison>;
}

type Measured = Omit<ComparedRun, 'verdict' | 'behind'>;

export function createComparisons(options: {
  readonly runs: Pick<Runs, 'get'>;
  readonly background: Background;
}): Comparisons {
  // Cached: the bootstrap of a pair does not change until one of the two is evaluated again.
  const differences = new Map<string, Metric | null | 'other-images'>();

  const difference = async (
    project: OpenProject,
    one: Evaluation,
    best: Evaluation,
    metric: BestMetric,
  ): Promise<Metric | null | 'other-images'> => {
    const key = [project.folder, one.run, one.evaluatedAt, best.run, best.evaluatedAt, metric].join('\u0000');
    const known = differences.get(key);
    if (known !== undefined) return known;
    const cases = async (run: string) => packCases(await readCases(runFolder(project.folder, run), 'validation'));
    const sameClasses = one.classes.join('\u0000') === best.classes.join('\u0000');
    const pair = { first: await cases(one.run), second: await cases(best.run), classes: one.classes, metric };
    const paired = sameClasses ? await options.background(resultTasks.pairedDifference, pair) : null;
    const found = paired === null ? 'other-images' : paired.difference;
    if (differences.size > 1000) differences.clear();
    differences.set(key, found);
    return found;
  };

  return {
    async compare(project, ids, chosen) {
      const distinct = [...new Set(ids)];
      if (distinct.length < 2) {
        throw new FoveaError('too_few_runs', 'A comparison needs two runs.', {
          hint: 'Choose another run to compare it with.',
        });
      }
      if (distinct.length > MAX_COMPARED) {
        throw new FoveaError('too_many_runs', `At most ${MAX_COMPARED} runs can be compared at once.`, {
          hint: 'Choose fewer runs.',
        });
      }
      const measured: Measured[] = [];
      for (const id of distinct) {
        const detail = await options.runs.get(project, id);
        measured.push({ ...detail, evaluation: await readEvaluation(runFolder(project.folder, id), 'validation') });
      }
      const metric = chosen ?? commonMetric(measured);
      const best = bestOf(measured, metric);
      const runs: ComparedRun[] = [];
      for (const one of measured) {
        runs.push({ ...one, ...(await standing(one)) });
      }
      const records = measured.map(({ record }) => record);
      return {
        runs,
        settings: compareSettings(records),
        facts: compareFacts(records),
        metric,
        best: best?.run ?? null,
        notes: notesOf(runs, metric),
      };

      async function standing({ evaluation }: Measured): Promise<Pick<ComparedRun, 'verdict' | 'behind'>> {
        if (evaluation === null || best === null || metricOf(evaluation, metric) === null) {
          return { verdict: 'unmeasured', behind: null };
        }
        if (evaluation.run === best.run) return { verdict: 'best', behind: null };
        const behind = await difference(project, evaluation, best, metric);
        if (behind === 'other-images') return { verdict: 'other-images', behind: null };
        if (behind === null) return { verdict: 'unmeasured', behind: null };
        const { low, high } = behind;
        return { verdict: low === null || high === null || (low <= 0 && high >= 0) ? 'alike' : 'worse', behind };
      }
    },
  };
}

function commonMetric(runs: readonly Measured[]): BestMetric {
  const [first, ...others] = runs.map(({ record }) => record.config.bestMetric);
  return first !== undefined && others.every((one) => one === first) ? first : 'accuracy';
}

/** The evaluation with the best value; the first one if several have it. */
function bestOf(runs: readonly Measured[], metric: BestMetric): Evaluation | null {
  const sign = metric === 'loss' ? -1 : 1;
  const value = (evaluation: Evaluation) => sign * (metricOf(evaluation, metric)?.value ?? Number.NaN);
  return runs
    .flatMap(({ evaluation }) => (evaluation === null || Number.isNaN(value(evaluation)) ? [] : [evaluation]))
    .reduce<Evaluation | null>((best, one) => (best === null || value(one) > value(best) ? one : best), null);
}

function notesOf(runs: readonly ComparedRun[], metric: BestMetric): string[] {
  const count = (verdict: ComparedRun['verdict']) => runs.filter((run) => run.verdict === verdict).length;
  const best = runs.find(({ verdict }) => verdict === 'best');
  const notes: string[] = [];
  const rivals = count('alike');
  if (best !== undefined && rivals > 0) {
    notes.push(
      `${rivals === 1 ? 'One other run does' : `${rivals} other runs do`} not differ significantly from “${best.summary.name}”: the 95 % interval of the difference in ${metricNames[metric]} includes 0. More validation images or more seeds could show a difference.`,
    );
  }
  const elsewhere = count('other-images');
  if (elsewhere > 0) {
    notes.push(
      `${elsewhere === 1 ? 'One run was' : `${elsewhere} runs were`} validated on different images than the best, so those results are not comparable.`,
    );
  }
  const evaluations = runs.flatMap(({ evaluation }) => evaluation ?? []);
  const leaking = runs.flatMap(({ record, summary }) =>
    record.signOff === null ? [] : [`“${summary.name}”: ${signOffWarning(record.signOff)}`],
  );
  notes.unshift(...leaking);
  if (differInViews(evaluations)) notes.push(MIXED_VIEWS);
  if (evaluations.length > 1) {
    notes.push(
      'All results are from validation images, on which the best epoch of each run was chosen, so the best of several runs looks slightly too good. Use the test set for its real performance.',
    );
  }
  return notes;
}
