import { z } from 'zod';
import { parseIntensity } from '../imaging/intensity-text';
import { fitChoices } from '../imaging/preparation';
import { loraTargets } from '../training/lora';
import { cropSchema, resampleNames } from './pipeline';
import { testTimeViewsSchema } from './test-time';

/**
 * `quick`: a head on features of the frozen backbone. `careful`: the head first, then all layers. `full`: all layers.
 * `last-blocks`: a head and the last blocks. `gradual`: head, last block, all layers, one after the other. `lora`: a head
 * and low-rank adapters on frozen layers. See `shared/training/stages` for what each trains. `auto`: whatever is found
 * to be best within `minutes` (see `shared/training/search-steps`).
 */
export const presets = ['quick', 'last-blocks', 'lora', 'careful', 'full', 'gradual', 'auto'] as const;
export type Preset = (typeof presets)[number];

export const devices = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml', 'tfjs'] as const;
export type Device = (typeof devices)[number];

/** Random augmentation of a training view, in the guide's order. Geometry is one resampling pass. */
export const augmentationSchema = z.strictObject({
  enabled: z.boolean().default(true),
  /** RandomResizedCrop: share of the area that is kept, [low, high]. */
  cropScale: z.tuple([z.number().positive().max(1), z.number().positive().max(1)]).default([0.8, 1]),
  /** Probability of a left-right flip. */
  horizontalFlip: z.number().min(0).max(1).default(0.5),
  /** Rotation is uniform in [-degrees, degrees]. */
  rotationDegrees: z.number().min(0).max(180).default(10),
  brightness: z.number().min(0).max(1).default(0.2),
  contrast: z.number().min(0).max(1).default(0.2),
  /** Ignored for grey images. */
  saturation: z.number().min(0).max(1).default(0.2),
  /** In turns, 0..0.5; ignored for grey images. */
  hue: z.number().min(0).max(0.5).default(0.1),
});
export type Augmentation = z.infer<typeof augmentationSchema>;

export const bestMetrics = ['accuracy', 'macroF1', 'auc', 'loss'] as const;
export type BestMetric = (typeof bestMetrics)[number];

export const schedules = ['cosine', 'linear', 'constant', 'step', 'plateau'] as const;

/** `weighted-loss`: errors on rare classes count more. `weighted-sampler`: their images are drawn more often. */
export const classBalances = ['none', 'weighted-loss', 'weighted-sampler'] as const;

/**
 * How a head that trains alone is fitted: by the run's optimizer, or as an L2-regularised logistic regression,
 * minimised by L-BFGS.
 */
export const headSolvers = ['optimizer', 'logistic'] as const;
export type HeadSolver = (typeof headSolvers)[number];

/** Maximum number of batches per step. */
export const MAX_ACCUMULATION = 1024;

export const optimizers = ['adamw', 'sgd'] as const;
export type OptimizerKind = (typeof optimizers)[number];

/** Precision of matrix products in a training step. Everything else is `fp32`. */
export const trainingPrecisions = ['fp32', 'fp16'] as const;
export type TrainingPrecision = (typeof trainingPrecisions)[number];

const dropoutSchema = z.number().min(0).max(0.99).nullable().default(null);

/**
 * Everything that determines a run, with the guide's values as defaults. `learningRate` null means "by backbone and
 * preset" and is resolved before the start (see `resolveLearningRate`), so that a stored config always holds a number.
 */
export const runConfigSchema = z.strictObject({
  /** Name of an installed backbone or an architecture, or path of a folder. */
  backbone: z.string().min(1),
  preset: z.enum(presets).default('full'),
  device: z.enum(devices).default('auto'),
  /** `fp16`: half precision with a loss scale, on WebGPU if the card has it. */
  precision: z.enum(trainingPrecisions).default('fp32'),
  /** 0 = the number of physical cores. */
  threads: z.number().int().min(0).max(256).default(0),
  seed: z.number().int().min(0).max(0xffffffff).default(42),
  /** Pixels per side of the model's input, a multiple of the patch size; null = what the checkpoint's image processor gives. */
  imageSize: z.number().int().min(8).max(1024).nullable().default(null),
  /** The region of each image that the model sees; absent = all of it. */
  crop: cropSchema.optional(),
  /**
   * How the stored values of DICOM files become grey levels: `auto` (the file's own window), `full-range`,
   * `window:centre:width` or `percentile:low:high`; absent = auto. 8-bit photographs are used unchanged.
   */
  intensity: z
    .string()
    .refine((text) => parseIntensity(text) !== null, {
      error:
        'Must be auto, full-range, window:centre:width (as window:40:400) or percentile:low:high (as percentile:1:99)',
    })
    .optional(),
  /**
   * How images become squares: `checkpoint`: as its image processor does it; `squash`: the whole image, its aspect not
   * kept; `letterbox`: the whole image, with black bars; `crop`: the square at its centre. Absent = checkpoint.
   */
  fit: z.enum(fitChoices).optional(),
  /** Filter that resizes images; absent = the checkpoint's. */
  interpolation: z.enum(resampleNames).optional(),
  /** `lora` only: rank of the adapters, which change weights by alpha / rank times their product. */
  loraRank: z.number().int().min(1).max(256).default(8),
  /** `lora` only. */
  loraAlpha: z.number().positive().default(16),
  /** `lora` only: the attention projections that are adapted, all four with `attention`. */
  loraTargets: z.enum(loraTargets).default('query-value'),
  /** `auto` only: the time of the whole run, in minutes. */
  minutes: z.number().positive().max(10_080).default(15),
  /** `last-blocks` only: number of encoder blocks that are trained, the last ones. */
  lastBlocks: z.number().int().min(1).max(64).default(2),
  /**
   * For stages that train last blocks: augmented views of each training image whose inputs to the first of these blocks
   * are computed once and kept on disk, for epochs to cycle through; 0 = new views in every epoch, through all blocks;
   * null = 4 for `last-blocks`, 0 for `gradual`.
   */
  frontierViews: z.number().int().min(0).max(100).nullable().default(null),
  /** Maximum size on disk of what `frontierViews` keeps. Beyond it the same views are computed in every epoch. */
  frontierGigabytes: z.number().min(0).max(10_000).default(20),
  /** Not for `gradual`, which uses `stageEpochs`; for `careful`, they follow `headEpochs`. */
  epochs: z.number().int().min(1).max(10_000).default(40),
  /** `careful` only: epochs of the head alone. */
  headEpochs: z.number().int().min(1).max(10_000).default(10),
  /** `gradual` only: epochs of each of its three stages. */
  stageEpochs: z.number().int().min(1).max(10_000).default(5),
  /**
   * For stages that train the head alone: augmented views of each training image whose features are computed and kept,
   * for epochs to cycle through; 0 = the unaugmented image in every epoch.
   */
  featureViews: z.number().int().min(0).max(1000).default(0),
  /** For stages that train the head alone. */
  headSolver: z.enum(headSolvers).default('optimizer'),
  /**
   * `logistic` only: scikit-learn's C, on standardised features; smaller = a stronger penalty. null = chosen from
   * `searchedPenalties` by cross-validation of the training images.
   */
  headPenalty: z.number().positive().max(1e6).nullable().default(null),
  batchSize: z.number().int().min(1).max(1024).default(10),
  gradientAccumulation: z.number().int().min(1).max(MAX_ACCUMULATION).default(2),
  evaluationBatchSize: z.number().int().min(1).max(1024).default(4),
  /** For evaluations and predictions with the trained model; the epochs of a training are evaluated on one view. */
  testTimeViews: testTimeViewsSchema.default(0),
  learningRate: z.number().positive().nullable().default(null),
  /** For the stage that trains the head alone in `careful` and `gradual`; null = 1e-3 for AdamW, 1e-2 for SGD. */
  headLearningRate: z.number().positive().nullable().default(null),
  /**
   * Ratio of the learning rate of each layer below the head to that of the layer above it, as in BEiT's fine-tuning
   * (Bao et al. 2022); 1 = all alike.
   */
  layerDecay: z.number().positive().max(1).default(1),
  weightDecay: z.number().min(0).default(0.01),
  warmupRatio: z.number().min(0).max(1).default(0.1),
  /** Optimizer steps of warm-up instead of `warmupRatio`; null = by the ratio. */
  warmupSteps: z.number().int().min(0).max(10_000_000).nullable().default(null),
  schedule: z.enum(schedules).default('cosine'),
  /** `step` and `plateau` only: factor of the learning rate at each drop. */
  scheduleFactor: z.number().positive().max(1).default(0.1),
  /** `step` only: epochs between two drops. */
  stepEpochs: z.number().int().min(1).max(10_000).default(10),
  /** `plateau` only: epochs without a lower validation loss to tolerate before a drop. */
  plateauPatience: z.number().int().min(0).max(10_000).default(5),
  optimizer: z.enum(optimizers).default('adamw'),
  /** `sgd` only. */
  momentum: z.number().min(0).max(0.9999).default(0.9),
  /**
   * Decay of an exponential moving average of the weights, which is then validated, kept as best and exported; null =
   * none. It rises to this value over the first steps of each stage.
   */
  emaDecay: z.number().positive().lt(1).nullable().default(null),
  maxGradientNorm: z.number().positive().default(1),
  /**
   * Share of hidden units that training sets to 0 at random; null = the value in the backbone's config.json, usually 0.
   */
  dropout: dropoutSchema,
  /** The same for attention probabilities. */
  attentionDropout: dropoutSchema,
  /** The same for whole residual branches of an image. */
  dropPath: dropoutSchema,
  /**
   * Share of an image's patches that each training step leaves out at random (PatchDropout, Liu et al. 2022), except
   * while the head is trained alone; 0 = none.
   */
  patchDropout: z.number().min(0).max(0.9).default(0),
  /**
   * Mixup (Zhang et al. 2018): training images, or their features, are mixed in pairs with shares from Beta(mixup,
   * mixup); 0 = off.
   */
  mixup: z.number().min(0).max(100).default(0),
  labelSmoothing: z.number().min(0).max(0.99).default(0),
  classBalance: z.enum(classBalances).default('none'),
  bestMetric: z.enum(bestMetrics).default('accuracy'),
  /** Epochs without a better `bestMetric` after which a run ends; null = never. */
  earlyStoppingPatience: z.number().int().min(1).nullable().default(null),
  /** Minimum gain of `bestMetric` that counts as better. */
  earlyStoppingDelta: z.number().min(0).default(0),
  logEverySteps: z.number().int().min(1).default(10),
  augmentation: augmentationSchema.prefault({}),
});
export type RunConfig = z.infer<typeof runConfigSchema>;
/** A configuration as a user may give it: everything but the backbone is optional. */
export type RunConfigInput = z.input<typeof runConfigSchema>;

/**
 * The guide's 2e-5 is for fine-tuning all layers of a pretrained checkpoint; `gradual` comes down to it in its last
 * stage. A fresh head on frozen features, and weights from scratch, do not move at that rate; they get 1e-3. Adapters
 * get 5e-4, like Hu et al. 2022 for RoBERTa at rank 8: they start at no change and have little capacity. Last blocks get
 * 1e-4: less than a new head alone, more than all layers, since those before them cannot drift. SGD does not
 * scale its steps by the size of gradients and takes larger rates.
 */
export function defaultLearningRate(preset: Preset, pretrained: boolean, optimizer: OptimizerKind): number {
  const scale = optimizer === 'sgd' ? 10 : 1;
  if (preset === 'quick' || preset === 'auto' || !pretrained) return 1e-3 * scale;
  if (preset === 'lora') return 5e-4 * scale;
  if (preset === 'last-blocks') return 1e-4 * scale;
  if (optimizer === 'sgd') return preset === 'gradual' ? 1e-2 : 1e-3;
  return preset === 'gradual' ? 2e-4 : 2e-5;
}
