import type { Raster } from '#shared/imaging/raster';
import type { ErrorInfo } from '#shared/ipc/errors';
import type { AttentionMaps } from '#shared/models/attention';
import type { BatchStatistics } from '#shared/models/batch-check';
import type { DeviceInfo, EngineDevice } from '#shared/models/device';
import type { WorkPhase } from '#shared/models/job';
import type { Pipeline, Preparation } from '#shared/models/pipeline';
import type { Precision, PrecisionComparison } from '#shared/models/precision';
import type { EpochRecord, LogRecord, RunProgress } from '#shared/models/run';
import type { Augmentation, Device, RunConfig } from '#shared/models/run-config';
import type { RatePoint } from '#shared/training/learning-rate-finder';
import type { VitConfig } from '../../engine/vit/config';
import type { RasterPlace } from '../../packs/place';

/** A labelled image of a split. */
export interface Sample {
  readonly image: number;
  readonly raster: RasterPlace;
  /** Index into `classes`. */
  readonly label: number;
}

export type BackboneSource =
  | { readonly kind: 'architecture'; readonly name: string }
  | { readonly kind: 'folder'; readonly folder: string };

/** The head that a run starts from: drawn anew, that of the backbone, or that with its rows in the order of the classes. */
export type BackboneHead = 'new' | 'kept' | 'reordered';

export interface TrainSpec {
  /** `runs/<id>`: the host writes `log.ndjson` and `checkpoints/{last,best}` there. */
  readonly runFolder: string;
  /** Folder of cached features: rebuildable, keyed by content. */
  readonly cacheFolder: string;
  /** `learningRate` is resolved (never null). */
  readonly config: RunConfig;
  /** Why this device was chosen, if the run left the choice to Fovea; noted in the log. */
  readonly deviceChoice?: string;
  readonly classes: readonly string[];
  readonly backbone: BackboneSource;
  readonly pipeline: Pipeline;
  readonly train: readonly Sample[];
  readonly validation: readonly Sample[];
  /**
   * Folds of the training images and then the validation images, for a search or for choosing the penalty of a head.
   * Absent where nothing is chosen by a cross-validation.
   */
  readonly folds?: GroupedFolds;
  /** Whether to continue from `checkpoints/last`. */
  readonly resume: boolean;
}

export interface GroupedFolds {
  /** The fold of each image, from 0. */
  readonly folds: readonly number[];
  /** The group of each image: images of one patient or duplicates. No group is in two folds. */
  readonly groups: readonly number[];
}

export interface TrainResult {
  readonly state: 'finished' | 'stopped' | 'paused';
  readonly history: readonly EpochRecord[];
  readonly best: { readonly epoch: number; readonly value: number } | null;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly peakMemoryMB: number;
  readonly notes: readonly string[];
}

/** The part of a run's specification that a learning rate test needs. */
export type RateFindingSpec = Omit<TrainSpec, 'runFolder' | 'resume'>;

export interface RateFinding {
  /** Name of the stage trained in the test. */
  readonly stage: string;
  readonly points: readonly RatePoint[];
  /** Null if no rate made the loss fall. */
  readonly suggestion: number | null;
}

export interface ClassifySpec {
  /** A Hugging Face folder: `checkpoints/best`. */
  readonly modelFolder: string;
  readonly pipeline: Pipeline;
  readonly device: Device;
  readonly threads: number;
  readonly batchSize: number;
  readonly rasters: readonly RasterPlace[];
  /** Whether to return attention too (CLS rows and rollout). */
  readonly attention: boolean;
  /** Averages the prediction over the evaluation view and augmented views; attention is that of the evaluation view. */
  readonly testTime: TestTime | null;
  /**
   * Folder of cached features, for images of the project: a model whose backbone was never trained is then computed from
   * them, and features that are missing are added. Without it, as for files from outside, the whole model runs.
   */
  readonly cacheFolder?: string;
}

export interface TestTime {
  /** In addition to the evaluation view; at least 1. */
  readonly views: number;
  readonly augmentation: Augmentation;
}

export interface ClassifyResult {
  readonly classes: readonly string[];
  /** [images, classes]; for several views, the logarithm of the mean probability. */
  readonly logits: Float32Array;
  /** [images, classes], softmax of the logits. */
  readonly probabilities: Float32Array;
  /** One entry per image if requested, else empty. */
  readonly attention: readonly AttentionMaps[];
  readonly seconds: number;
}

export interface EstimateSpec {
  readonly backbone: BackboneSource;
  readonly classes: readonly string[];
  readonly config: RunConfig;
  readonly trainImages: number;
  readonly validationImages: number;
}

export interface Estimate {
  readonly parameters: number;
  /** Of the stage with the most trainable parameters. */
  readonly trainableParameters: number;
  /** Trainable parameters of each stage. */
  readonly stageParameters: readonly number[];
  /** Peak resident memory of the engine process in MiB. */
  readonly memoryMB: number;
  /** What the run keeps on disk to train last blocks faster, in bytes; 0 for other stages. */
  readonly diskBytes: number;
  /** Null if the device cannot be measured. */
  readonly seconds: number | null;
  /** The checkpoint's own preparation of images, for the size of the run. */
  readonly preparation: Preparation;
  /** The checkpoint's file that determines it; null if it has none and the preparation is assumed. */
  readonly preparationFile: string | null;
  readonly pretrained: boolean;
  readonly head: BackboneHead;
  /** Notes on the backbone for the run's log. */
  readonly notes: readonly string[];
  /** SHA-256 of the weights, or of the architecture's description. */
  readonly hash: string;
}

/** A batch to prepare as training does. */
export interface PrepareBatchSpec {
  readonly pipeline: Pipeline;
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly samples: readonly Sample[];
  /** How often each sample was drawn before in the epoch. */
  readonly repeats: readonly number[];
  /** Number of images to return as pictures. */
  readonly shown: number;
}

export interface PreparedView {
  readonly kind: 'evaluation' | 'augmented';
  readonly statistics: BatchStatistics;
  readonly pictures: readonly Raster[];
}

export interface ExportOnnxSpec {
  readonly modelFolder: string;
  readonly outFile: string;
  readonly pipeline: Pipeline;
  readonly precision: Precision;
  /** Images to check the exported file with; a comparison of fp32 and int8 uses all of them. */
  readonly samples: readonly Sample[];
  /** Threads of that comparison; 0 = physical cores. */
  readonly threads: number;
}

export interface ExportOnnxResult {
  /** The written file compared with the trained model; for int8, with the fp32 file that passed that check. */
  readonly parity: Parity;
  /** Null for fp32. */
  readonly comparison: PrecisionComparison | null;
}

export interface ComparePrecisionsSpec {
  readonly modelFolder: string;
  readonly pipeline: Pipeline;
  readonly samples: readonly Sample[];
  readonly threads: number;
}

export interface Parity {
  readonly maxProbabilityDifference: number;
  /** Share of images with the same predicted class. */
  readonly agreement: number;
  readonly images: number;
}

export interface SelftestSpec {
  /** Folder of golden cases; null = the built-in op checks. */
  readonly casesFolder: string | null;
  readonly device: Device;
}

export interface SelftestResult {
  readonly device: string;
  readonly cases: readonly {
    readonly name: string;
    readonly skipped: string | null;
    readonly checks: readonly {
      readonly what: string;
      readonly relativeError: number;
      readonly limit: number;
      readonly ok: boolean;
    }[];
  }[];
}

export interface BenchSpec {
  readonly what: 'train' | 'predict';
  readonly backbone: string;
  readonly batch: number;
  readonly device: Device;
  readonly threads: number;
  readonly steps: number;
  /** Precisions of `predict`, measured in turn. Training is fp32. */
  readonly precisions: readonly Precision[];
}

export interface SpeedMeasurement {
  readonly imagesPerSecond: number;
  readonly millisecondsPerImage: { readonly p50: number; readonly p95: number };
  /** FLOPs of one image: 2 × MACs for predict, 6 × MACs for train. */
  readonly flops: number;
  /** Best Gemm rate of the same process in the same precision, in GFLOP/s. */
  readonly gemmGflops: number;
  /** flops × imagesPerSecond / Gemm rate. */
  readonly utilisation: number;
}

/** The measurement of the first precision, and those of the others. */
export interface BenchResult extends SpeedMeasurement {
  readonly backbone: string;
  readonly batch: number;
  readonly device: string;
  readonly threads: number;
  readonly precision: Precision;
  /** Measured in turn with the first. */
  readonly others: readonly (SpeedMeasurement & { readonly precision: Precision })[];
  /** Peak of the process with all models measured. */
  readonly peakMemoryMB: number;
  /** Images per second prepared by the augmenting loader, measured by itself. */
  readonly loaderImagesPerSecond: number;
}

/** The device that `auto` selects on this machine. */
export interface FastestDevice {
  readonly device: EngineDevice;
  /** Reason for the choice, as a sentence. */
  readonly why: string;
}

/** The speed of the device that `auto` selects. */
export interface MachineSpeed {
  readonly device: EngineDevice;
  /** Rate that a whole network reaches there, estimated from a matrix product, in GFLOP/s; null if it cannot run. */
  readonly gflops: number | null;
  /** Their names as the system reports them, whether or not Fovea can use them. */
  readonly graphicsCards: readonly string[];
}

/** Contents of a checkpoint folder whose files, shapes and numbers were all checked. */
export interface BackboneInspection {
  /** Without classes if there is no head that predicts one of several classes. */
  readonly config: VitConfig;
  /** Side in pixels of the images that the checkpoint's image processor gives the network. */
  readonly inputSize: number;
  /** Files of the checkpoint, relative to the folder. */
  readonly files: readonly string[];
  readonly notes: readonly string[];
}

export interface DistilSpec {
  /** Checkpoint and features of the teacher are kept here; the student is written to its folder `student`. */
  readonly folder: string;
  readonly teacherFolder: string;
  /** An architecture, or `reduced`: half of the teacher's blocks and fewer units, starting from its weights. */
  readonly student: string;
  readonly rasters: readonly RasterPlace[];
  /** Hash of the images' contents. */
  readonly images: string;
  readonly minutes: number;
  readonly seed: number;
  readonly device: EngineDevice;
  readonly threads: number;
}

export interface DistilResult {
  readonly folder: string;
  /** Images used for training; a few others measure the errors. */
  readonly trainImages: number;
  readonly steps: number;
  readonly seconds: number;
  /** Mean squared errors of standardised features on images not trained on: 1 for a constant prediction. */
  readonly errors: { readonly cls: number; readonly patches: number; readonly mean: number } | null;
}

/** Requests of the engine host. One runs at a time; a quick one may run between two batches of another. */
export interface EngineRequests {
  train: { input: TrainSpec; output: TrainResult };
  findLearningRate: { input: RateFindingSpec; output: RateFinding };
  /** Predicts a few images for a waiting person; may run between two batches of an `evaluate`. */
  classify: { input: ClassifySpec; output: ClassifyResult };
  /** Predicts many images. */
  evaluate: { input: ClassifySpec; output: ClassifyResult };
  estimate: { input: EstimateSpec; output: Estimate };
  distil: { input: DistilSpec; output: DistilResult };
  inspectBackbone: { input: { readonly folder: string }; output: BackboneInspection };
  prepareBatch: { input: PrepareBatchSpec; output: { readonly views: readonly PreparedView[] } };
  exportOnnx: { input: ExportOnnxSpec; output: ExportOnnxResult };
  comparePrecisions: { input: ComparePrecisionsSpec; output: PrecisionComparison };
  selftest: { input: SelftestSpec; output: SelftestResult };
  bench: { input: BenchSpec; output: BenchResult };
  devices: { input: Record<never, never>; output: { readonly devices: readonly DeviceInfo[] } };
  fastestDevice: { input: Record<never, never>; output: FastestDevice };
  speed: { input: Record<never, never>; output: MachineSpeed };
}
export type EngineRequestName = keyof EngineRequests;

/** Requests that a person waits for. They run at once, or at the next break of a longer request. */
export const quickRequests: ReadonlySet<EngineRequestName> = new Set([
  'estimate',
  'devices',
  'fastestDevice',
  'speed',
  'classify',
  'prepareBatch',
]);

/** Main → host. While a request runs, only quick ones are sent. */
export type EngineCommand =
  | {
      readonly kind: 'request';
      readonly id: number;
      readonly name: EngineRequestName;
      readonly input: EngineRequests[EngineRequestName]['input'];
    }
  /**
   * Takes effect between steps: `pause` and `stop` save a checkpoint first; `cancel` ends a request without one.
   * `retry` makes a stalled run try again at once.
   */
  | { readonly kind: 'control'; readonly id: number; readonly action: 'pause' | 'stop' | 'cancel' | 'retry' };

/** Host → main. */
export type EngineMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly output: EngineRequests[EngineRequestName]['output'] }
  | {
      readonly kind: 'error';
      readonly id: number;
      readonly error: { readonly code: string; readonly message: string; readonly hint: string | null };
    }
  | { readonly kind: 'run-progress'; readonly id: number; readonly progress: Omit<RunProgress, 'run'> }
  | { readonly kind: 'log'; readonly id: number; readonly record: LogRecord }
  /** A run is stalled, with its state in memory, until a person fixes the cause; null = it continues. */
  | { readonly kind: 'stall'; readonly id: number; readonly reason: ErrorInfo | null }
  | {
      readonly kind: 'progress';
      readonly id: number;
      readonly phase: WorkPhase;
      readonly done: number;
      readonly total: number;
    };
