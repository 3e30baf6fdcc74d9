import type { HeadSolver, OptimizerKind, RunConfig } from '../models/run-config';

/**
 * What takes gradients: the classifier; the classifier and the last encoder block; the classifier and low-rank adapters
 * in every block (`lora.ts`); every layer. All else is frozen and has no gradient and no optimizer state.
 */
export type Trainable = 'head' | 'last-block' | 'lora' | 'all';

/** A part of a run with parameters, schedule and optimizer of its own. It begins with the weights of the one before. */
export interface Stage {
  /** For people: "Head", "Head and last block", "Adapters and head", "All layers". */
  readonly name: string;
  readonly trainable: Trainable;
  readonly epochs: number;
  /** The peak of its schedule; 0 where its solver takes none. */
  readonly learningRate: number;
  /** `optimizer`: many steps by the run's optimizer. `logistic`: one step that ends at the minimum. */
  readonly solver: HeadSolver;
}

const names: Readonly<Record<Trainable, string>> = {
  head: 'Head',
  'last-block': 'Head and last block',
  lora: 'Adapters and head',
  all: 'All layers',
};

/** The guide's third stage trains all layers at this share of the learning rate. */
const ALL_LAYERS_FACTOR = 0.1;

/** A new head on frozen features: small, convex, and far from its optimum. */
export const defaultHeadLearningRate = (optimizer: OptimizerKind): number => (optimizer === 'sgd' ? 1e-2 : 1e-3);

type StagedConfig = Pick<
  RunConfig,
  'preset' | 'epochs' | 'learningRate' | 'headLearningRate' | 'headEpochs' | 'stageEpochs' | 'optimizer' | 'headSolver'
>;

/**
 * The stages of a run, in order. `config.learningRate` is resolved.
 *
 * - *careful*: the head alone, then all layers from it: LP-FT, Kumar et al. 2022, "Fine-tuning can distort pretrained
 *   features and underperform out-of-distribution".
 * - *gradual*: the head; with it the last encoder block; all layers at a tenth of the learning rate.
 */
export function stagesOf(config: StagedConfig): readonly Stage[] {
  const learningRate = config.learningRate ?? 0;
  const stage = (trainable: Trainable, epochs: number, rate = learningRate): Stage => ({
    name: names[trainable],
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
    case 'lora':
      return [stage('lora', config.epochs)];
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

/** True where nothing takes steps, rates or epochs: all there is to a run is a logistic regression. */
export const fitsAtOnce = (config: StagedConfig): boolean =>
  stagesOf(config).every(({ solver }) => solver === 'logistic');

/**
 * Augmented views of each training image that a head which trains alone learns from, one an epoch in turn or, by a
 * logistic regression, all at once; 0 = the evaluation view alone. Without augmentation all views are that one.
 */
export function trainingViews(
  { featureViews, augmentation }: Pick<RunConfig, 'featureViews' | 'augmentation'>,
  { epochs, solver }: Pick<Stage, 'epochs' | 'solver'>,
): number {
  if (!augmentation.enabled) return 0;
  return solver === 'logistic' ? featureViews : Math.min(featureViews, epochs);
}

/** Epochs of all stages together. */
export const totalEpochs = (config: StagedConfig): number =>
  stagesOf(config).reduce((sum, { epochs }) => sum + epochs, 0);
