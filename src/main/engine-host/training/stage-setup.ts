import { totalmem } from 'node:os';
import { FoveaError } from '#shared/ipc/errors';
import { type LoraSettings, loraOf } from '#shared/training/lora';
import type { StagePlan } from '#shared/training/plan';
import { balancedClassWeights, samplingWeights } from '#shared/training/plan';
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
import { featureBatches, imageBatches, type Mixing, wholeBatch } from '../batches/batch-source';
import { createLoader } from '../batches/loader';
import { requirePrecision } from '../core/device';
import type { Sample, TrainSpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { memoryOptions, partThatFits } from '../machine/memory';
import { withDropout } from '../models/dropout';
import { extractFeatures } from './features';
import { insistOnDisk } from './hold-for-disk';

/** A model as a run begins or goes on with it. */
export interface Model {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  /** Of the weights that the features come from. */
  readonly hash: string;
  readonly notes: readonly string[];
}

/** What stages differ in: the session, its batches, and what stands beside its parameters on disk. */
export interface StageSetup {
  readonly session: TrainingSession;
  readonly batches: BatchSource;
  /** One a training image, for the sampler that draws by class; null where each is seen once an epoch. */
  readonly samplingWeights: readonly number[] | null;
  /** What the learning rate of the lowest layer in training is multiplied with. */
  readonly lowestRateFactor: number;
  /** Of adapters among the parameters, or null. */
  readonly lora: LoraSettings | null;
  /** All parameters, those too that are not in training. */
  parameters(): Promise<NamedTensors>;
  /** All parameters of the model that is validated and kept as the best: averages where there are any, adapters merged. */
  keptParameters(): Promise<NamedTensors>;
  close(): Promise<void>;
}

/** What stages need of a run. */
export type StagedSpec = Pick<TrainSpec, 'config' | 'classes' | 'pipeline' | 'cacheFolder' | 'train' | 'validation'>;

export interface StageInput {
  readonly spec: StagedSpec;
  readonly stage: StagePlan;
  /** Its place among the stages. */
  readonly index: number;
  readonly model: Model;
  /** What the optimizer of this stage remembers, where it goes on. */
  readonly optimizer: OptimizerState | null;
  readonly context: RequestContext;
  /** A folder that is there whenever the project is; null where nothing is lost if the work ends with the disk. */
  readonly home: string | null;
  onExtracting(done: number, total: number): void;
  /** Something of the stage that a person should know, a sentence. */
  note(message: string): void;
}

/**
 * Makes a stage ready. A head that trains alone does so on features that the frozen backbone computes once for each view;
 * everything else on augmented views.
 *
 * @throws FoveaError `device_unavailable`, `precision_unavailable`, `device-failed`
 */
export async function setUpStage(input: StageInput): Promise<StageSetup> {
  const device = await requirePrecision(input.spec.config);
  return input.stage.trainable === 'head' ? setUpHead(input, device) : setUpLayers(input, device);
}

/** How the classes of the training images are evened out. A logistic regression draws nothing: it weighs instead. */
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
 * What the CPU computes fastest, or less where this machine's memory has no room for that: there nothing fails when
 * memory runs out, the system ends the process. A graphics card says so, and then the session takes smaller parts by
 * itself.
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
      `Batches of ${microBatch} images are computed in parts of ${part}, for memory would not do. Steps are the same, up to rounding.`,
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
    { insist: insistOf(input) },
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

/** Of a head that is fitted at once: the sampler's draws become weights, and nothing is mixed. */
function logisticOptions(
  { spec: { config }, context }: StageInput,
  given: Pick<LogisticSessionOptions, 'features' | 'classes' | 'classWeights' | 'rowsPerImage'>,
): LogisticSessionOptions {
  return {
    ...given,
    penalty: config.headPenalty,
    labelSmoothing: config.labelSmoothing,
    onIteration: async () => {
      await context.yieldToMessages();
      // A pause waits for the end, which is near.
      if (context.control() === 'cancel') throw new FoveaError('cancelled', 'The run was cancelled.');
    },
  };
}

/** New adapters, where the model has none yet. */
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
    insist: insistOf(input),
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
            logisticOptions(input, { ...shape, classWeights, rowsPerImage: views.length }),
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

const insistOf =
  ({ home, context }: Pick<StageInput, 'home' | 'context'>) =>
  <Result>(work: () => Promise<Result>): Promise<Result> =>
    home === null ? work() : insistOnDisk(work, home, context);
