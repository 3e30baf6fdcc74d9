import { totalmem } from 'node:os';
import { FoveaError } from '#shared/ipc/errors';
import { type LoraSettings, loraOf } from '#shared/training/lora';
import type { StagePlan } from '#shared/training/plan';
import { balancedClassWeights, samplingWeights } from '#shared/training/plan';
import { searchedPenalties } from '#shared/training/search-steps';
import { trainingViews } from '#shared/training/stages';
import type { EngineDevice } from '../../engine/backends/backend';
import type { NamedTensors } from '../../engine/tensor';
import type { BatchSource } from '../../engine/train/batch-source';
import { createHeadSession, createTrainingSession } from '../../engine/train/create-session';
import { createLogisticSession, type LogisticSessionOptions } from '../../engine/train/logistic-session';
import { lowestRateFactor, vitModel } from '../../engine/train/model';
import type { OptimizerState, TrainingSession } from '../../engine/train/session';
import type { VitConfig } from '../../engine/vit/config';
import { initialiseParameters } from '../../engine/vit/initialise';
import { loraGroups, mergeAdapters } from '../../engine/vit/lora';
import { featureWidth } from '../../engine/vit/tokens';
import { type FeatureSet, featureBatches, imageBatches, type Mixing, wholeBatch } from '../batches/batch-source';
import { createLoader } from '../batches/loader';
import { requirePrecision } from '../core/device';
import type { Sample, TrainSpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { extractFeatures } from '../features/extract-features';
import { memoryOptions, partThatFits } from '../machine/memory';
import { withDropout } from '../models/dropout';
import { choosePenalty } from './fold-heads';
import { retryOnDisk } from './wait-for-disk';

/** The model that a stage starts from. */
export interface Model {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  /** Hash of the weights that the features come from. */
  readonly hash: string;
  readonly notes: readonly string[];
}

/** The parts that differ between stages: the session, its batches, and which parameters are saved. */
export interface StageSetup {
  readonly session: TrainingSession;
  readonly batches: BatchSource;
  /** One weight per training image, for the sampler that draws by class; null = each image once per epoch. */
  readonly samplingWeights: readonly number[] | null;
  /** Factor of the learning rate for the lowest trained layer. */
  readonly lowestRateFactor: number;
  /** Settings of the adapters among the parameters, or null. */
  readonly lora: LoraSettings | null;
  /** All parameters, frozen ones too. */
  parameters(): Promise<NamedTensors>;
  /** All parameters of the model that is validated and saved as the best: averages if any, adapters merged. */
  keptParameters(): Promise<NamedTensors>;
  close(): Promise<void>;
}

/** The part of a run's specification that stages need. */
export type StagedSpec = Pick<
  TrainSpec,
  'config' | 'classes' | 'pipeline' | 'cacheFolder' | 'train' | 'validation' | 'folds'
>;

export interface StageInput {
  readonly spec: StagedSpec;
  readonly stage: StagePlan;
  /** Index of the stage. */
  readonly index: number;
  readonly model: Model;
  /** Optimizer state of a stage that continues, or null. */
  readonly optimizer: OptimizerState | null;
  readonly context: RequestContext;
  /** Folder that exists while the project is reachable; null if the work may simply fail with the disk. */
  readonly home: string | null;
  onExtracting(done: number, total: number): void;
  /** Receives notes on the stage for people, as sentences. */
  note(message: string): void;
}

/**
 * Sets up a stage. A head alone is trained on features that the frozen backbone computes once for each view; all other
 * stages are trained on augmented views.
 *
 * @throws FoveaError `device_unavailable`, `precision_unavailable`, `device-failed`
 */
export async function setUpStage(input: StageInput): Promise<StageSetup> {
  const device = await requirePrecision(input.spec.config);
  return input.stage.trainable === 'head' ? setUpHead(input, device) : setUpLayers(input, device);
}

/** Balances the classes of the training images. Logistic regression does not sample, so it uses weights instead. */
function balanceOf({ spec: { config, train, classes }, stage: { solver } }: StageInput) {
  const labels = train.map(({ label }) => label);
  const draws = config.classBalance === 'weighted-sampler' && solver === 'optimizer';
  return {
    samplingWeights: draws ? samplingWeights(labels, classes.length) : null,
    classWeights: config.classBalance === 'none' || draws ? null : balancedClassWeights(labels, classes.length),
  };
}

function sessionOptions({ spec: { config, train }, index, note }: StageInput, device: EngineDevice) {
  return {
    device,
    threads: config.threads,
    microBatch: Math.min(config.batchSize, train.length),
    optimizer:
      config.optimizer === 'sgd' ? { kind: 'sgd' as const, momentum: config.momentum } : { kind: 'adamw' as const },
    weightDecay: config.weightDecay,
    maxGradientNorm: config.maxGradientNorm,
    labelSmoothing: config.labelSmoothing,
    emaDecay: config.emaDecay,
    precision: config.precision,
    seeds: [config.seed, index],
    note,
  };
}

/**
 * Size of the parts of a micro-batch. On the CPU, the fastest size that fits in memory, because the system kills a
 * process that runs out. A graphics card reports an error instead, and the session then reduces the parts by itself.
 */
function startingPart(
  { spec: { config }, stage, model, note }: StageInput,
  device: EngineDevice,
  microBatch: number,
): number {
  if (device !== 'cpu') return microBatch;
  const options = memoryOptions(model.config, config, stage, { microBatch, device, views: 0 });
  const fastest = options.part;
  const part = partThatFits(options, totalmem() / 2 ** 20);
  if (part < fastest) {
    note(
      `Batches of ${microBatch} images are computed in micro-batches of ${part} to save memory. Steps are the same, up to rounding.`,
    );
  }
  return part;
}

const mixingOf = ({ config: { mixup, seed } }: StagedSpec): Mixing => (mixup === 0 ? null : { alpha: mixup, seed });

async function setUpLayers(input: StageInput, device: EngineDevice): Promise<StageSetup> {
  const { spec, stage, model, optimizer } = input;
  const { config } = spec;
  const { samplingWeights, classWeights } = balanceOf(input);
  const options = {
    ...sessionOptions(input, device),
    classWeights,
    config: withDropout(model.config, config),
    trainable: stage.trainable,
    layerDecay: config.layerDecay,
    lora: loraOf(config),
  };
  const part = optimizer === null ? startingPart(input, device, options.microBatch) : options.microBatch;
  const lora = stage.trainable === 'lora' ? options.lora : null;
  const parameters = lora === null ? model.parameters : withAdapters(model, lora, config.seed);
  const session = await createTrainingSession({ ...options, part }, parameters, optimizer ?? undefined);
  const loader = createLoader(
    { pipeline: spec.pipeline, augmentation: config.augmentation, seed: config.seed },
    { retry: retryOf(input) },
  );
  return {
    session,
    batches: imageBatches(loader, spec.train, spec.validation, options.microBatch, mixingOf(spec)),
    samplingWeights,
    lowestRateFactor: lowestRateFactor(vitModel(options.config, options.trainable, options.layerDecay, options.lora)),
    lora,
    parameters: () => session.parameters(),
    keptParameters: async () => {
      const kept = await session.averagedParameters();
      return lora === null ? kept : mergeAdapters(model.config, lora, kept);
    },
    close: async () => {
      await loader.close();
      await session.dispose();
    },
  };
}

/** Options for a head fitted by logistic regression, with weights in place of sampling and without mixup. */
function logisticOptions(
  { spec: { config }, context }: StageInput,
  given: Pick<LogisticSessionOptions, 'features' | 'classes' | 'classWeights' | 'rowsPerImage' | 'penalty'>,
): LogisticSessionOptions {
  return {
    ...given,
    labelSmoothing: config.labelSmoothing,
    onIteration: async () => {
      await context.yieldToMessages();
      // A pause takes effect at the end, which is near.
      if (context.control() === 'cancel') throw new FoveaError('cancelled', 'The run was cancelled.');
    },
  };
}

/** scikit-learn's default, for data without folds to choose another by. */
const USUAL_PENALTY = 1;

/** The penalty of a logistic regression: that of the run, or the best in a cross-validation of its training images. */
async function penaltyOf({ spec, context, note }: StageInput, train: FeatureSet, width: number): Promise<number> {
  const { config, folds, classes } = spec;
  if (config.headPenalty !== null || folds === undefined) return config.headPenalty ?? USUAL_PENALTY;
  const penalty = await choosePenalty({
    trainOn: train.views,
    predictOn: train.views.slice(0, 1),
    labels: train.labels,
    folds: Int32Array.from(folds.folds.slice(0, train.labels.length)),
    width,
    classes: classes.length,
    penalties: searchedPenalties,
    classWeights: (labels) => (config.classBalance === 'none' ? null : balancedClassWeights(labels, classes.length)),
    labelSmoothing: config.labelSmoothing,
    onIteration: () => checkCancelled(context),
  });
  note(`The penalty C ${penalty} was chosen by cross-validation of the training images, with groups kept together.`);
  return penalty;
}

/** Adds new adapters to a model without any. */
function withAdapters({ config, parameters }: Model, lora: LoraSettings, seed: number): NamedTensors {
  const specs = loraGroups(config, lora).flatMap((group) => group.parameters);
  return new Map([...initialiseParameters(specs, seed), ...parameters]);
}

const isHead = (name: string) => name.startsWith('classifier.');

async function setUpHead(input: StageInput, device: EngineDevice): Promise<StageSetup> {
  const { spec, stage, model, optimizer, context, onExtracting } = input;
  const { samplingWeights, classWeights } = balanceOf(input);
  const options = { ...sessionOptions(input, device), classWeights };
  const width = featureWidth(model.config);
  const count = trainingViews(spec.config, stage);
  const views = count === 0 ? ['evaluation' as const] : Array.from({ length: count }, (_, view) => view);
  const requests = [
    ...views.map((view) => ({ samples: spec.train, view })),
    { samples: spec.validation, view: 'evaluation' as const },
  ];
  const total = requests.reduce((sum, { samples }) => sum + samples.length, 0);
  const features = await extractFeatures(requests, {
    cacheFolder: spec.cacheFolder,
    config: model.config,
    parameters: model.parameters,
    backboneHash: model.hash,
    pipeline: spec.pipeline,
    augmentation: spec.config.augmentation,
    seed: spec.config.seed,
    device,
    threads: options.threads,
    batchSize: options.microBatch,
    retry: retryOf(input),
    onProgress: async (done) => {
      onExtracting(done, total);
      await checkCancelled(context);
    },
  });
  const labelsOf = (samples: readonly Sample[]) => Int32Array.from(samples, ({ label }) => label);
  const head = new Map([...model.parameters].filter(([name]) => isHead(name)));
  const frozen = [...model.parameters].filter(([name]) => !isHead(name));
  const shape = { features: width, classes: spec.classes.length };
  const train = { views: features.slice(0, views.length), labels: labelsOf(spec.train) };
  const validation = { views: features.slice(views.length), labels: labelsOf(spec.validation) };
  const { session, batches } =
    stage.solver === 'logistic'
      ? {
          session: createLogisticSession(
            logisticOptions(input, {
              ...shape,
              ...{ classWeights, rowsPerImage: views.length },
              penalty: await penaltyOf(input, train, width),
            }),
            head,
            optimizer ?? undefined,
          ),
          batches: wholeBatch(train, validation, width, options.microBatch),
        }
      : {
          session: await createHeadSession({ ...options, ...shape }, head, optimizer ?? undefined),
          batches: featureBatches(train, validation, width, options.microBatch, mixingOf(spec)),
        };
  return {
    session,
    batches,
    samplingWeights,
    lowestRateFactor: 1,
    lora: null,
    parameters: async () => new Map([...frozen, ...(await session.parameters())]),
    keptParameters: async () => new Map([...frozen, ...(await session.averagedParameters())]),
    close: () => session.dispose(),
  };
}

const retryOf =
  ({ home, context }: Pick<StageInput, 'home' | 'context'>) =>
  <Result>(work: () => Promise<Result>): Promise<Result> =>
    home === null ? work() : retryOnDisk(work, home, context);
