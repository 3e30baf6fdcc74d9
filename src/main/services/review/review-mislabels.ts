import type { MislabelSource } from '#shared/models/review';
import type { CasePrediction } from '#shared/models/run';
import type { Background } from '../background/background';
import { type PackedList, packListInSlices } from '../background/packed-list';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import type { Experiments } from '../results/experiments';
import { packCases } from '../results/packed-cases';
import { type EvaluatedSplit, readCases, readEvaluation } from '../run-records/run-files';
import type { Runs } from '../runs/runs';
import type { Suspect } from './mislabel-findings';
import { reviewTasks } from './review-tasks';

/** A prediction by a model that was not trained on the image. */
interface UnseenPrediction extends CasePrediction {
  /** The model, such as “The model of fold 2 of …”. */
  readonly by: string;
  readonly test: boolean;
}

interface PredictionSource {
  readonly source: Omit<MislabelSource, 'images' | 'accuracy'>;
  readonly classes: readonly string[];
  /** Changes when the predictions do. */
  readonly version: string;
  read(): Promise<readonly UnseenPrediction[]>;
}

export interface Suspicion {
  readonly version: string;
  /** The models whose predictions were used. */
  readonly source: MislabelSource;
  readonly suspects: PackedList<Suspect>;
}

export interface Mislabels {
  /** Null if there are no predictions to use. Throws `run_damaged`. */
  suspicion(project: OpenProject): Promise<Suspicion | null>;
}

/**
 * Finds labels that are likely wrong, by confident learning on predictions of models not trained on the image: the
 * pooled folds of the newest complete cross-validation, else the validation and test images of the newest evaluated
 * run. Predictions are compared with the labels of their time, so correcting a label removes its own image from the
 * list and adds no other.
 */
export function createMislabels({
  experiments,
  runs,
  background,
}: {
  readonly experiments: Pick<Experiments, 'list' | 'pooled' | 'cases'>;
  readonly runs: Pick<Runs, 'list'>;
  readonly background: Background;
}): Mislabels {
  const known = new WeakMap<OpenProject, Suspicion>();
  return {
    async suspicion(project) {
      const predictions = (await foldPredictions(project, experiments)) ?? (await runPredictions(project, runs));
      if (predictions === null) return null;
      const before = known.get(project);
      if (before?.version === predictions.version) return before;
      const found = await suspect(predictions, await predictions.read(), background);
      known.set(project, found);
      return found;
    },
  };
}

async function suspect(
  { source, classes, version }: PredictionSource,
  cases: readonly UnseenPrediction[],
  background: Background,
): Promise<Suspicion> {
  const issues = await background(reviewTasks.findLabelIssues, { cases: packCases(cases), classes: classes.length });
  const name = (index: number) => classes[index] ?? '';
  const correct = cases.filter(({ truth, predicted }) => truth === predicted).length;
  return {
    version,
    source: { ...source, images: cases.length, accuracy: cases.length === 0 ? 0 : correct / cases.length },
    suspects: await packListInSlices(
      issues.flatMap(({ index, suggestion, quality }): Suspect[] => {
        const found = cases[index];
        if (found === undefined) return [];
        const { image, truth, probabilities, by, test } = found;
        const withProbability = (label: number) => `“${name(label)}” ${(probabilities[label] ?? 0).toFixed(2)}`;
        return [
          {
            image,
            label: name(truth),
            suggestion: name(suggestion),
            weight: 1 - quality,
            why:
              `Labelled “${name(truth)}”. ${by}, which was not trained on it, predicts ${withProbability(suggestion)} and ` +
              `${withProbability(truth)}.${test ? ' This is a test image: base any label change on the image alone.' : ''}`,
          },
        ];
      }),
    ),
  };
}

/** Predictions of the newest cross-validation whose folds are all evaluated. */
async function foldPredictions(
  project: OpenProject,
  experiments: Pick<Experiments, 'list' | 'pooled' | 'cases'>,
): Promise<PredictionSource | null> {
  for (const { kind, id, name } of await experiments.list(project)) {
    if (kind !== 'folds') continue;
    const pooled = await experiments.pooled(project, id);
    if (pooled === null) continue;
    return {
      source: { kind: 'cross-validation', id, name },
      classes: pooled.classes,
      version: `${id} ${pooled.evaluatedAt}`,
      read: async () =>
        (await experiments.cases(project, id, {})).map((entry) => ({
          ...entry,
          by: `The model of fold ${entry.fold} of “${name}”`,
          test: false,
        })),
    };
  }
  return null;
}

const splits: readonly EvaluatedSplit[] = ['validation', 'test'];

/** Predictions of the newest evaluated run, on images that it was not trained on. */
async function runPredictions(project: OpenProject, runs: Pick<Runs, 'list'>): Promise<PredictionSource | null> {
  const newestFirst = (await runs.list(project)).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  for (const { id, name, experiment } of newestFirst) {
    // The leaking run of a leak measurement was trained on duplicates and patients of the images that it predicts.
    if (experiment?.kind === 'leak' && !experiment.grouped) continue;
    const folder = runFolder(project.folder, id);
    const evaluations = await Promise.all(splits.map((split) => readEvaluation(folder, split)));
    const evaluated = splits.filter((_, index) => evaluations[index] !== null);
    const [first] = evaluations.flatMap((evaluation) => evaluation ?? []);
    if (first === undefined) continue;
    return {
      source: { kind: 'run', id, name },
      classes: first.classes,
      version: `${id} ${evaluations.map((evaluation) => evaluation?.evaluatedAt ?? '').join(' ')}`,
      read: async () =>
        (
          await Promise.all(
            evaluated.map(async (split) =>
              (
                await readCases(folder, split)
              ).map((entry) => ({
                ...entry,
                by: `The run “${name}”`,
                test: split === 'test',
              })),
            ),
          )
        ).flat(),
    };
  }
  return null;
}
