import type { HeadSolver, OptimizerKind, RunConfig } from '../models/run-config';

/**
 * The layers that are trained: the head; the head and the last encoder block; the head, the final normalisation and the
 * last blocks; the head and low-rank adapters in every block (`lora.ts`); every layer. All others are frozen, without
 * gradient or optimizer state.
 */
export type Trainable = 'head' | 'last-block' | LastBlocks | 'lora' | 'all';

/** The head, the final normalisation and this many encoder blocks, the last ones. */
export interface LastBlocks {
  readonly lastBlocks: number;
}

/** Number of encoder blocks that are trained while those before them are frozen; null if there are none such. */
export function trainedLastBlocks(trainable: Trainable): number | null {
  if (typeof trainable === 'object') return trainable.lastBlocks;
  return trainable === 'last-block' ? 1 : null;
}

/**
 * A number of epochs of a run with its own trainable layers, schedule and optimizer. It starts from the weights of the
 * previous stage.
 */
export interface Stage {
  /** For people: "Head", "Head and last 2 blocks", "Adapters and head", "All layers". */
  readonly name: string;
  readonly trainable: Trainable;
  readonly epochs: number;
  /** Peak of the schedule; 0 if the solver takes none. */
  readonly learningRate: number;
  /** `optimizer`: many steps by the run's optimizer. `logistic`: one step that ends at the minimum. */
  readonly solver: HeadSolver;
}

const names = {
  head: 'Head',
  'last-block': 'Head and last block',
  lora: 'Adapters and head',
  all: 'All layers',
} as const;

function nameOf(trainable: Trainable): string {
  if (typeof trainable === 'string') return names[trainable];
  return trainable.lastBlocks === 1 ? names['last-block'] : `Head and last ${trainable.lastBlocks} blocks`;
}

/** The guide's third stage trains all layers at this share of the learning rate. */
const ALL_LAYERS_FACTOR = 0.1;

/** For a new head on frozen features: a small convex problem that starts far from its optimum. */
export const defaultHeadLearningRate = (optimizer: OptimizerKind): number => (optimizer === 'sgd' ? 1e-2 : 1e-3);

type StagedConfig = Pick<
  RunConfig,
  | 'preset'
  | 'epochs'
  | 'learningRate'
  | 'headLearningRate'
  | 'headEpochs'
  | 'stageEpochs'
  | 'optimizer'
  | 'headSolver'
  | 'lastBlocks'
>;

/**
 * The stages of a run, in order. `config.learningRate` is resolved.
 *
 * - *careful*: the head alone, then all layers: LP-FT, Kumar et al. 2022, "Fine-tuning can distort pretrained features
 *   and underperform out-of-distribution".
 * - *gradual*: the head; the head and the last encoder block; all layers at a tenth of the learning rate.
 * - *auto*: the search starts with a logistic regression; what follows depends on what it finds.
 */
export function stagesOf(config: StagedConfig): readonly Stage[] {
  const learningRate = config.learningRate ?? 0;
  const stage = (trainable: Trainable, epochs: number, rate = learningRate): Stage => ({
    name: nameOf(trainable),
    trainable,
    epochs,
    learningRate: rate,
    solver: 'optimizer',
  });
  const head = (epochs: number, rate: number): Stage =>
    config.headSolver === 'logistic' ? { ...stage('head', 1, 0), solver: 'logistic' } : stage('head', epochs, rate);
  const headRate = config.headLearningRate ?? defaultHeadLearningRate(config.optimizer);
  switch (config.preset) {
    case 'quick':
      return [head(config.epochs, learningRate)];
    case 'auto':
      return [{ ...stage('head', 1, 0), name: 'Search', solver: 'logistic' }];
    case 'lora':
      return [stage('lora', config.epochs)];
    case 'last-blocks':
      return [stage({ lastBlocks: config.lastBlocks }, config.epochs)];
    case 'full':
      return [stage('all', config.epochs)];
    case 'careful':
      return [head(config.headEpochs, headRate), stage('all', config.epochs)];
    case 'gradual':
      return [
        head(config.stageEpochs, headRate),
        stage('last-block', config.stageEpochs),
        stage('all', config.stageEpochs, learningRate * ALL_LAYERS_FACTOR),
      ];
  }
}

/** Whether the whole run is a logistic regression, without steps, learning rate or epochs. */
export const isLogisticRegression = (config: StagedConfig): boolean =>
  stagesOf(config).every(({ solver }) => solver === 'logistic');

/** The view that predictions are made on, or an augmented view by its number from 0. */
export type View = 'evaluation' | number;

/**
 * The views of each training image that a head alone is trained on: augmented ones, one per epoch in turn; with a
 * logistic regression all at once, and the evaluation view too. Without augmentation all views are that one.
 */
export function headViews(
  { featureViews, augmentation }: Pick<RunConfig, 'featureViews' | 'augmentation'>,
  { epochs, solver }: Pick<Stage, 'epochs' | 'solver'>,
): readonly View[] {
  const count = augmentation.enabled ? Math.min(featureViews, solver === 'logistic' ? featureViews : epochs) : 0;
  const augmented = Array.from({ length: count }, (_, view) => view);
  return count === 0 || solver === 'logistic' ? ['evaluation', ...augmented] : augmented;
}

const DEFAULT_FRONTIER_VIEWS = 4;

/**
 * Views of each training image whose inputs to the first trained block are computed once and kept, for the epochs of a
 * stage of last blocks to cycle through; 0 = every epoch computes a new view through all blocks. Without augmentation
 * all views equal the evaluation view. Mixup blends the pixels of new pairs in every epoch, so nothing is kept with it.
 */
export function frontierViewsOf(
  {
    preset,
    frontierViews,
    augmentation,
    mixup,
  }: Pick<RunConfig, 'preset' | 'frontierViews' | 'augmentation' | 'mixup'>,
  { trainable, epochs }: Pick<Stage, 'trainable' | 'epochs'>,
): number {
  if (trainedLastBlocks(trainable) === null || mixup > 0) return 0;
  const wanted = frontierViews ?? (preset === 'last-blocks' ? DEFAULT_FRONTIER_VIEWS : 0);
  return Math.min(wanted, augmentation.enabled ? epochs : 1);
}

/** Epochs of all stages together. */
export const totalEpochs = (config: StagedConfig): number =>
  stagesOf(config).reduce((sum, { epochs }) => sum + epochs, 0);
