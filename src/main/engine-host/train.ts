import { recordHash } from '#shared/imaging/pipeline';
import { FoveaError } from '#shared/ipc/errors';
import type { LogRecord } from '#shared/models/run';
import type { RunConfig } from '#shared/models/run-config';
import { balancedClassWeights, planSteps, samplingWeights } from '#shared/training/plan';
import { scheduleOf } from '../engine/optim/schedule';
import type { NamedTensors } from '../engine/tensor';
import type { LoopState } from '../engine/train/checkpoint';
import { createHeadSession, createTrainingSession } from '../engine/train/create-session';
import { type BatchSource, runTrainingLoop } from '../engine/train/loop';
import type { TrainingSession } from '../engine/train/session';
import type { VitConfig } from '../engine/vit/config';
import { featureWidth } from '../engine/vit/tokens';
import { featureBatches, imageBatches } from './batch-source';
import { writeCheckpoint } from './checkpoint-files';
import { memoryMB, peakMemoryMB, resolveDevice } from './device';
import { extractFeatures } from './features';
import { loadBackbone } from './load-backbone';
import { createLoader } from './loader';
import type { Sample, TrainResult, TrainSpec } from './protocol';
import { checkCancelled, type RequestContext } from './request-context';
import { bestFolder, findStartingPoint, lastFolder, type StartingPoint, startAfresh } from './resume';
import { openRunLog } from './run-log';

/**
 * Hash of all that decides the weights. Device, threads and what is only shown are left out: a run may go on elsewhere.
 */
export function runHash(spec: TrainSpec): string {
  const { device: _device, threads: _threads, evaluationBatchSize: _evaluation, ...decisive } = spec.config;
  const config = withoutLaterDefaults(decisive);
  const images = (samples: readonly Sample[]) => samples.map(({ image, label }) => [image, label]);
  return recordHash({
    config,
    classes: spec.classes,
    pipeline: spec.pipeline,
    train: images(spec.train),
    validation: images(spec.validation),
  });
}

/** Settings that joined later. At these values a run is the one that it was without them, so older checkpoints fit. */
const laterDefaults: Partial<RunConfig> = {
  imageSize: null,
  warmupSteps: null,
  scheduleFactor: 0.1,
  stepEpochs: 10,
  plateauPatience: 5,
  optimizer: 'adamw',
  momentum: 0.9,
};

function withoutLaterDefaults(config: Partial<RunConfig>): Partial<RunConfig> {
  const entries = Object.entries(config).filter(
    ([key, value]) => !(key in laterDefaults && laterDefaults[key as keyof RunConfig] === value),
  );
  return Object.fromEntries(entries);
}

/** What *full* and *quick* differ in: the session, its batches, and what stands beside its parameters on disk. */
interface Setup {
  readonly session: TrainingSession;
  readonly batches: BatchSource;
  /** Parameters that are not in training. */
  readonly frozen: NamedTensors;
  close(): Promise<void>;
}

function check(spec: TrainSpec): void {
  if (spec.classes.length < 2) {
    throw new FoveaError('too_few_classes', 'Training needs images of at least two classes.', {
      hint: 'Label or import images of another class, then split again.',
    });
  }
  for (const [what, samples] of [
    ['training', spec.train],
    ['validation', spec.validation],
  ] as const) {
    if (samples.length === 0) {
      throw new FoveaError('empty_split', `The ${what} split has no images.`, { hint: 'Make a new split.' });
    }
  }
  if (spec.config.learningRate === null) throw new Error('the learning rate is not resolved');
}

/** Trains a run from its beginning or its last checkpoint, and leaves `checkpoints/{last,best}` and the log. */
export async function train(spec: TrainSpec, context: RequestContext): Promise<TrainResult> {
  check(spec);
  const { config, classes, pipeline } = spec;
  const run = runHash(spec);
  const plan = planSteps(config, spec.train.length);
  const progress = (phase: 'preparing' | 'extracting', message: string | null) =>
    context.runProgress({
      state: 'running',
      phase,
      step: 0,
      totalSteps: plan.totalSteps,
      epoch: 0,
      epochs: config.epochs,
      imagesPerSecond: null,
      etaSeconds: null,
      message,
    });
  progress('preparing', 'Reading the backbone');

  const start = spec.resume ? await findStartingPoint(spec.runFolder, run) : await startAfresh(spec.runFolder);
  // A checkpoint holds all parameters: the backbone's folder may be gone by then.
  const backbone = await modelOf(spec, start);
  if (backbone.config.imageSize !== pipeline.height || backbone.config.imageSize !== pipeline.width) {
    throw new FoveaError(
      'image_size_mismatch',
      `The backbone takes ${backbone.config.imageSize} × ${backbone.config.imageSize} pixels, but the pipeline makes ${pipeline.width} × ${pipeline.height}.`,
      { hint: 'Start a new run: it takes the pipeline of its backbone.' },
    );
  }
  const notes = [...backbone.notes, ...start.notes];
  const log = await openRunLog(spec.runFolder);
  const record = (entry: LogRecord) => {
    log.append(entry);
    context.log(entry);
  };
  for (const message of start.notes) record({ kind: 'note', at: new Date().toISOString(), message });

  const setup =
    config.preset === 'quick'
      ? await quickSetup(spec, start, backbone, context, (done, total) =>
          progress('extracting', `The backbone has read ${done} of ${total} images`),
        )
      : await fullSetup(spec, start, backbone);
  const save = async (folder: string, state: LoopState, withOptimizer: boolean) => {
    await writeCheckpoint(folder, {
      config: backbone.config,
      pipeline,
      parameters: new Map([...setup.frozen, ...(await setup.session.parameters())]),
      optimizer: withOptimizer ? await setup.session.optimizer() : null,
      trainer: {
        run,
        backbone: backbone.hash,
        random: {
          algorithm: 'xoshiro128**',
          seed: config.seed,
          epoch: Math.floor(state.step / plan.stepsPerEpoch) + 1,
        },
        state,
        notes,
      },
    });
  };
  try {
    if (start.replaceLast) await save(lastFolder(spec.runFolder), start.state, true);
    const result = await runTrainingLoop({
      config,
      classes: classes.length,
      trainImages: spec.train.length,
      samplingWeights:
        config.classBalance === 'weighted-sampler' ? samplingWeights(labelsOf(spec), classes.length) : null,
      validationLabels: Int32Array.from(spec.validation, ({ label }) => label),
      session: setup.session,
      batches: setup.batches,
      learningRate: scheduleOf(config, plan),
      state: start.state,
      saveBest: (state) => save(bestFolder(spec.runFolder), state, false),
      saveLast: (state) => save(lastFolder(spec.runFolder), state, true),
      log: record,
      progress: (value) => context.runProgress(value),
      control: () => context.control(),
      yieldToMessages: () => context.yieldToMessages(),
      now: () => performance.now(),
      memoryMB,
    });
    return {
      state: result.state,
      history: result.loop.history,
      best: result.loop.best,
      seconds: result.loop.seconds,
      imagesPerSecond: result.imagesPerSecond,
      peakMemoryMB: peakMemoryMB(),
      notes,
    };
  } finally {
    log.close();
    await setup.close();
  }
}

interface Model {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  /** Of the weights that the features come from. */
  readonly hash: string;
  readonly notes: readonly string[];
}

async function modelOf(spec: TrainSpec, start: StartingPoint): Promise<Model> {
  if (start.model === null) {
    return loadBackbone(spec.backbone, spec.classes, spec.config.seed, spec.config.imageSize);
  }
  const { config, parameters, backbone } = start.model;
  return { config, parameters, hash: backbone, notes: [] };
}

const labelsOf = (spec: TrainSpec): number[] => spec.train.map(({ label }) => label);

function sessionOptions(spec: TrainSpec) {
  const { config } = spec;
  return {
    device: resolveDevice(config.device),
    threads: config.threads,
    microBatch: Math.min(config.batchSize, spec.train.length),
    optimizer:
      config.optimizer === 'sgd' ? { kind: 'sgd' as const, momentum: config.momentum } : { kind: 'adamw' as const },
    weightDecay: config.weightDecay,
    maxGradientNorm: config.maxGradientNorm,
    labelSmoothing: config.labelSmoothing,
    classWeights:
      config.classBalance === 'weighted-loss' ? balancedClassWeights(labelsOf(spec), spec.classes.length) : null,
  };
}

async function fullSetup(spec: TrainSpec, start: StartingPoint, model: Model): Promise<Setup> {
  const { config } = spec;
  const options = { ...sessionOptions(spec), config: model.config, trainable: 'all' as const };
  const session = await createTrainingSession(options, model.parameters, start.optimizer ?? undefined);
  const loader = createLoader({ pipeline: spec.pipeline, augmentation: config.augmentation, seed: config.seed });
  return {
    session,
    batches: imageBatches(loader, spec.train, spec.validation, options.microBatch),
    frozen: new Map(),
    close: async () => {
      await loader.close();
      await session.dispose();
    },
  };
}

const isHead = (name: string) => name.startsWith('classifier.');

async function quickSetup(
  spec: TrainSpec,
  start: StartingPoint,
  model: Model,
  context: RequestContext,
  onProgress: (done: number, total: number) => void,
): Promise<Setup> {
  const options = sessionOptions(spec);
  const width = featureWidth(model.config);
  const total = spec.train.length + spec.validation.length;
  const all = await extractFeatures([...spec.train, ...spec.validation], {
    cacheFolder: spec.cacheFolder,
    config: model.config,
    parameters: model.parameters,
    backboneHash: model.hash,
    pipeline: spec.pipeline,
    augmentation: spec.config.augmentation,
    device: options.device,
    threads: options.threads,
    batchSize: options.microBatch,
    onProgress: async (done) => {
      onProgress(done, total);
      await checkCancelled(context);
    },
  });
  const set = (samples: readonly Sample[], from: number) => ({
    features: all.subarray(from * width, (from + samples.length) * width),
    labels: Int32Array.from(samples, ({ label }) => label),
  });
  const head = new Map([...model.parameters].filter(([name]) => isHead(name)));
  const session = await createHeadSession(
    { ...options, features: width, classes: spec.classes.length },
    head,
    start.optimizer ?? undefined,
  );
  return {
    session,
    batches: featureBatches(set(spec.train, 0), set(spec.validation, spec.train.length), width, options.microBatch),
    frozen: new Map([...model.parameters].filter(([name]) => !isHead(name))),
    close: () => session.dispose(),
  };
}
