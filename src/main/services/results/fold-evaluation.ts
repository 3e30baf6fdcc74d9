import type { Experiment, FoldEvaluation, OutOfFoldCase, Spread } from '#shared/models/experiment';
import { isLeaking } from '#shared/models/known-leaks';
import type { Evaluation } from '#shared/models/run';
import { differInViews, MIXED_VIEWS } from '#shared/models/test-time';
import { spreadOf } from '#shared/statistics/spread';
import { fileGroups } from '../../store/identity';
import type { Background } from '../background/background';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readCases, readEvaluation } from '../run-records/run-files';
import { packCases } from './packed-cases';
import { resultTasks } from './result-tasks';

export interface PooledFolds {
  readonly evaluation: FoldEvaluation;
  readonly cases: readonly OutOfFoldCase[];
}

/**
 * Pools the validation predictions of all folds and evaluates them as one: every image is predicted by the model not
 * trained on it. Null until every fold is evaluated; `fresh` if `known` is up to date. Throws `run_damaged`.
 */
export async function poolFolds(
  project: OpenProject,
  experiment: Extract<Experiment, { kind: 'folds' }>,
  known: FoldEvaluation | null,
  background: Background,
): Promise<PooledFolds | 'fresh' | null> {
  const evaluations: Evaluation[] = [];
  for (const { run } of experiment.members) {
    const evaluation = await readEvaluation(runFolder(project.folder, run), 'validation');
    if (evaluation === null) return null;
    evaluations.push(evaluation);
  }
  const [first] = evaluations;
  if (first === undefined || experiment.members.length !== experiment.folds) return null;
  const members = experiment.members.map(({ run, fold }, index) => ({
    run,
    fold,
    evaluatedAt: evaluations[index]?.evaluatedAt ?? '',
  }));
  if (known !== null && JSON.stringify(known.members) === JSON.stringify(members)) return 'fresh';

  const cases: OutOfFoldCase[] = [];
  for (const { run, fold } of members) {
    const predicted = await readCases(runFolder(project.folder, run), 'validation');
    cases.push(...predicted.map((entry) => ({ ...entry, fold })));
  }
  cases.sort((a, b) => a.image - b.image);
  const numbers = await background(resultTasks.evaluateCases, {
    cases: packCases(cases),
    classes: first.classes,
    unnamed: fileGroups(project.store),
  });
  const seconds = evaluations.reduce((sum, one) => sum + one.seconds, 0);
  const spread = (value: (evaluation: Evaluation) => number): Spread => spreadOf(evaluations.map(value));
  return {
    cases,
    evaluation: {
      experiment: experiment.id,
      folds: experiment.folds,
      members,
      ...numbers,
      testTimeViews: first.testTimeViews,
      leak: evaluations.find(({ leak }) => leak !== null)?.leak ?? null,
      leaks: (evaluations.find(({ leaks }) => isLeaking(leaks)) ?? first).leaks,
      cautions: [
        ...(differInViews(evaluations) ? [MIXED_VIEWS] : []),
        `Predictions of ${experiment.folds} models, each on the images it was not trained on. Each model’s best epoch was chosen on the same images, so results look slightly too good, and AUC treats the scores of all models as one scale.`,
        ...numbers.cautions,
      ],
      spread: {
        accuracy: spread(({ accuracy }) => accuracy.value),
        macroRecall: spread(({ macroRecall }) => macroRecall.value),
        macroF1: spread(({ macroF1 }) => macroF1.value),
        auc: evaluations.every(({ auc }) => auc !== null) ? spread(({ auc }) => auc?.value ?? Number.NaN) : null,
        loss: spread(({ loss }) => loss.value),
      },
      seconds,
      imagesPerSecond: seconds > 0 ? cases.length / seconds : 0,
      evaluatedAt: new Date().toISOString(),
    },
  };
}
