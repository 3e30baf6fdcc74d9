import type { ErrorInfo } from '#shared/ipc/errors';
import type { AttentionMaps } from '#shared/models/attention';
import type { DeviceInfo, EngineDevice } from '#shared/models/device';
import type { WorkPhase } from '#shared/models/job';
import type { Pipeline } from '#shared/models/pipeline';
import type { Precision, PrecisionComparison } from '#shared/models/precision';
import type { EpochRecord, LogRecord, RunProgress } from '#shared/models/run';
import type { Augmentation, Device, RunConfig } from '#shared/models/run-config';
import type { RatePoint } from '#shared/training/learning-rate-finder';
import type { VitConfig } from '../../engine/vit/config';

/** A labelled image of a split: `raster` is the absolute path of its canonical raster (see shared/imaging/raster). */
export interface Sample {
  readonly image: number;
  readonly raster: string;
  /** Index into `classes`. */
  readonly label: number;
}

export type BackboneSource =
  | { readonly kind: 'architecture'; readonly name: string }
  | { readonly kind: 'folder'; readonly folder: string };

export interface TrainSpec {
  /** `runs/<id>`: the host writes `log.ndjson` and `checkpoints/{last,best}` there. */
  readonly runFolder: string;
  /** Where cached features go: rebuildable, keyed by content. */
  readonly cacheFolder: string;
  /** `learningRate` is resolved (never null). */
  readonly config: RunConfig;
  /** Why this device was taken, where the run left that to Fovea: a note of its log. */
  readonly deviceChoice?: string;
  readonly classes: readonly string[];
  readonly backbone: BackboneSource;
  readonly pipeline: Pipeline;
  readonly train: readonly Sample[];
  readonly validation: readonly Sample[];
  /** Go on from `checkpoints/last`. */
  readonly resume: boolean;
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

/** What a learning rate test needs of a run. */
export type RateFindingSpec = Omit<TrainSpec, 'runFolder' | 'resume'>;

export interface RateFinding {
  /** What was trained in the test. */
  readonly stage: string;
  readonly points: readonly RatePoint[];
  /** Null where no rate made the loss fall. */
  readonly suggestion: number | null;
}

export interface ClassifySpec {
  /** A Hugging Face folder: `checkpoints/best`. */
  readonly modelFolder: string;
  readonly pipeline: Pipeline;
  readonly device: Device;
  readonly threads: number;
  readonly batchSize: number;
  /** Absolute paths of canonical rasters. */
  readonly rasters: readonly string[];
  /** Also return attention (CLS rows and rollout). */
  readonly attention: boolean;
  /** Average the answer over the evaluation view and augmented ones; attention is that of the evaluation view. */
  readonly testTime: TestTime | null;
}

export interface TestTime {
  /** Beside the evaluation view; at least 1. */
  readonly views: number;
  readonly augmentation: Augmentation;
}

export interface ClassifyResult {
  readonly classes: readonly string[];
  /** [images, classes]; of several views, the logarithm of the mean probability. */
  readonly logits: Float32Array;
  /** [images, classes]: softmax of the logits */
  readonly probabilities: Float32Array;
  /** One entry an image when asked for, else empty. */
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
  /** Of the stage that trains most. */
  readonly trainableParameters: number;
  /** Trainable parameters of each stage. */
  readonly stageParameters: readonly number[];
  /** Peak resident memory of the engine process. */
  readonly memoryMB: number;
  /** Null where the device was never measured. */
  readonly seconds: number | null;
  readonly imageSize: number;
  /** How the backbone wants its pixels: x × rescaleFactor, then (x - mean) / std. */
  readonly processor: Pick<Pipeline, 'rescaleFactor' | 'mean' | 'std'>;
  readonly pretrained: boolean;
  /** What the run will note of its backbone. */
  readonly notes: readonly string[];
  /** SHA-256 of the weights, or of the architecture's description. */
  readonly hash: string;
}

export interface ExportOnnxSpec {
  readonly modelFolder: string;
  readonly outFile: string;
  readonly pipeline: Pipeline;
  readonly precision: Precision;
  /** For the check of the exported file; all of them are run where fp32 and int8 are compared. */
  readonly samples: readonly Sample[];
  /** Of that comparison; 0 = physical cores. */
  readonly threads: number;
}

export interface ExportOnnxResult {
  /** Of the file that was written against the trained model; in int8, against the fp32 file that was checked so. */
  readonly parity: Parity;
  /** In int8 only. */
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
  /** A folder of golden cases; null = the built-in op checks. */
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
  /** Of `predict`; several take turns. Training is fp32. */
  readonly precisions: readonly Precision[];
}

export interface SpeedMeasurement {
  readonly imagesPerSecond: number;
  readonly millisecondsPerImage: { readonly p50: number; readonly p95: number };
  /** FLOPs of one image: 2 x MACs for predict, 6 x MACs for train. */
  readonly flops: number;
  /** The best Gemm rate of the same process in the same precision, GFLOP/s. */
  readonly gemmGflops: number;
  /** flops x imagesPerSecond / Gemm rate. */
  readonly utilisation: number;
}

/** The measurement is that of the first of the precisions. */
export interface BenchResult extends SpeedMeasurement {
  readonly backbone: string;
  readonly batch: number;
  readonly device: string;
  readonly threads: number;
  readonly precision: Precision;
  /** Measured in turn with it. */
  readonly others: readonly (SpeedMeasurement & { readonly precision: Precision })[];
  /** Of the process, with all models that it measured. */
  readonly peakMemoryMB: number;
  /** Images a second that the augmenting loader prepares beside it. */
  readonly loaderImagesPerSecond: number;
}

/** What `auto` stands for on this machine. */
export interface FastestDevice {
  readonly device: EngineDevice;
  /** How it was chosen, a sentence. */
  readonly why: string;
}

/** What a checkpoint folder holds, all of it checked, the numbers too. */
export interface BackboneInspection {
  /** Without classes where it has no head that chooses one of several. */
  readonly config: VitConfig;
  /** The files that make it up, relative to the folder. */
  readonly files: readonly string[];
  readonly notes: readonly string[];
}

/** Every request of the engine host, by name. One runs at a time; the quick ones come between two batches of another. */
export interface EngineRequests {
  train: { input: TrainSpec; output: TrainResult };
  findLearningRate: { input: RateFindingSpec; output: RateFinding };
  /** A few images for someone who waits for the answer: comes between two batches of an `evaluate`. */
  classify: { input: ClassifySpec; output: ClassifyResult };
  /** The same for many images. */
  evaluate: { input: ClassifySpec; output: ClassifyResult };
  estimate: { input: EstimateSpec; output: Estimate };
  inspectBackbone: { input: { readonly folder: string }; output: BackboneInspection };
  exportOnnx: { input: ExportOnnxSpec; output: ExportOnnxResult };
  comparePrecisions: { input: ComparePrecisionsSpec; output: PrecisionComparison };
  selftest: { input: SelftestSpec; output: SelftestResult };
  bench: { input: BenchSpec; output: BenchResult };
  devices: { input: Record<never, never>; output: { readonly devices: readonly DeviceInfo[] } };
  fastestDevice: { input: Record<never, never>; output: FastestDevice };
}
export type EngineRequestName = keyof EngineRequests;

/** Requests that someone waits for: they are answered at once, or at the next break of a longer one. */
export const quickRequests: ReadonlySet<EngineRequestName> = new Set([
  'estimate',
  'devices',
  'fastestDevice',
  'classify',
]);

/** Main → host. A request comes while another is in hand only where it is a quick one. */
export type EngineCommand =
  | {
      readonly kind: 'request';
      readonly id: number;
      readonly name: EngineRequestName;
      readonly input: EngineRequests[EngineRequestName]['input'];
    }
  /**
   * Takes effect between steps: `pause` and `stop` save a checkpoint first; `cancel` ends a request without one. `retry`
   * is for a run that is held.
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
  /** A run waits, with what it has in memory, for what a person can do something about; null = it goes on. */
  | { readonly kind: 'hold'; readonly id: number; readonly reason: ErrorInfo | null }
  | {
      readonly kind: 'progress';
      readonly id: number;
      readonly phase: WorkPhase;
      readonly done: number;
      readonly total: number;
    };
