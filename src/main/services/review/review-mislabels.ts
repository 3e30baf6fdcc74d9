import type { MislabelSource, ReviewFinding } from '#shared/models/review';
import type { CasePrediction } from '#shared/models/run';
import { confidentLearning } from '#shared/statistics/confident-learning';
import { classesByName, currentLabels } from '../../store/labels';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import type { Experiments } from '../results/experiments';
import { type EvaluatedSplit, readCases, readEvaluation } from '../run-records/run-files';
import type { Runs } from '../runs/runs';

/** One answer of a model to an image that it did not learn from. */
interface Answer extends CasePrediction {
  /** Who answered: "fold 2 of “…”". */
  readonly by: string;
  readonly test: boolean;
}

interface Answers {
  readonly source: Omit<MislabelSource, 'images' | 'accuracy'>;
  readonly classes: readonly string[];
  /** Changes where the answers do. */
  readonly version: string;
  read(): Promise<readonly Answer[]>;
}

/** An image whose label a model doubts, by the labels that the model was made with. */
interface Suspect {
  readonly image: number;
  /** The label that it had then. */
  readonly label: string;
  readonly suggestion: string;
  readonly weight: number;
  readonly why: string;
}

interface Suspicion {
  readonly version: string;
  readonly source: MislabelSource;
  readonly suspects: readonly Suspect[];
}

export interface Mislabels {
  /** Those that are still labelled as they were when the model answered. Throws `run_damaged`. */
  find(project: OpenProject): Promise<ReviewFinding[]>;
  /** Whose answers these rest on; null where there are none. */
  source(project: OpenProject): Promise<MislabelSource | null>;
}

/**
 * Labels that are likely wrong, by confident learning on answers of models that did not learn from the image: the
 * pooled folds of the newest cross-validation that is complete, else the validation and test images of the newest run
 * that was evaluated. Answers are weighed against the labels of their time, so that a label that is put right takes
 * its own image off the list and no other one on it.
 */
export function createMislabels({
  experiments,
  runs,
}: {
  readonly experiments: Pick<Experiments, 'list' | 'pooled' | 'cases'>;
  readonly runs: Pick<Runs, 'list'>;
}): Mislabels {
  const known = new WeakMap<OpenProject, Suspicion>();

  const suspicion = async (project: OpenProject): Promise<Suspicion | null> => {
    const answers = (await foldAnswers(project, experiments)) ?? (await runAnswers(project, runs));
    if (answers === null) return null;
    const before = known.get(project);
    if (before?.version === answers.version) return before;
    const found = suspect(answers, await answers.read());
    known.set(project, found);
    return found;
  };

  return {
    async find(project) {
      const suspects = (await suspicion(project))?.suspects ?? [];
      const names = new Map(classesByName(project.store).map(({ id, name }) => [id, name]));
      const now = new Map(
        currentLabels(
          project.store,
          suspects.map(({ image }) => image),
        ).map(({ id, label_id }) => [id, label_id === null ? null : (names.get(label_id) ?? null)]),
      );
      return suspects
        .filter(({ image, label }) => now.get(image) === label)
        .map(({ image, label, suggestion, weight, why }) => ({
          image,
          reason: 'suspected-mislabel',
          why,
          weight,
          evidence: JSON.stringify([label, suggestion]),
          suggestion,
          beside: [],
        }));
    },
    source: async (project) => (await suspicion(project))?.source ?? null,
  };
}

function suspect({ source, classes, version }: Answers, cases: readonly Answer[]): Suspicion {
  const { issues } = confidentLearning(
    cases.map(({ truth, probabilities }) => ({ label: truth, probabilities })),
    classes.length,
  );
  const name = (index: number) => classes[index] ?? '';
  const right = cases.filter(({ truth, predicted }) => truth === predicted).length;
  return {
    version,
    source: { ...source, images: cases.length, accuracy: cases.length === 0 ? 0 : right / cases.length },
    suspects: issues.flatMap(({ index, suggestion, quality }) => {
      const found = cases[index];
      if (found === undefined) return [];
      const { image, truth, probabilities, by, test } = found;
      const says = (label: number) => `“${name(label)}” ${(probabilities[label] ?? 0).toFixed(2)}`;
      return [
        {
          image,
          label: name(truth),
          suggestion: name(suggestion),
          weight: 1 - quality,
          why:
            `Labelled “${name(truth)}”. ${by}, which was not trained on it, answers ${says(suggestion)} and ` +
            `${says(truth)}.${test ? ' A test image: change its label only for what the picture shows.' : ''}`,
        },
      ];
    }),
  };
}

/** Of the newest cross-validation whose folds are all evaluated. */
async function foldAnswers(
  project: OpenProject,
  experiments: Pick<Experiments, 'list' | 'pooled' | 'cases'>,
): Promise<Answers | null> {
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

/** Of the newest run that was evaluated on images that it was not trained on. */
async function runAnswers(project: OpenProject, runs: Pick<Runs, 'list'>): Promise<Answers | null> {
  const newestFirst = (await runs.list(project)).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  for (const { id, name, experiment } of newestFirst) {
    // The leaking side of a measured leak has learned from twins and patients of the images that it answers for.
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
