import { z } from 'zod';
import type { Pipeline } from '#shared/models/pipeline';
import { epochRecordSchema } from '#shared/models/run';

/** Where a run stands, apart from its weights: everything that the loop needs to go on as if it had never stopped. */
const stateSchema = z.object({
  /** Optimizer steps done, in all stages. */
  step: z.number().int().min(0),
  /** Which stage of the run is under way, from 0, and its steps done. */
  stage: z.number().int().min(0).default(0),
  stageStep: z.number().int().min(0).optional(),
  /** Epochs of the stages before. With the steps of this one they give the epoch, and with the seed every random stream. */
  epochsBefore: z.number().int().min(0).default(0),
  /** Of the steps of the unfinished epoch, for its mean training loss. */
  epochLossSum: z.number(),
  /** Its steps that were left out because half precision did not hold their gradients. */
  epochSkipped: z.number().int().min(0).default(0),
  epochSeconds: z.number(),
  /** The same since the last line of the log. */
  logLossSum: z.number(),
  logSteps: z.number().int(),
  history: z.array(epochRecordSchema),
  best: z.object({ epoch: z.number().int(), value: z.number() }).nullable(),
  /** In this stage. */
  epochsWithoutBest: z.number().int(),
  /** Training time and training images of all sittings. */
  seconds: z.number(),
  images: z.number().int(),
  /** True where the stage is over, by its steps or by early stopping. */
  finished: z.boolean(),
});

export const loopStateSchema = stateSchema.transform((state) => ({
  ...state,
  // Before there were stages, a run was one.
  stageStep: state.stageStep ?? state.step,
}));
export type LoopState = z.infer<typeof loopStateSchema>;

/** The beginning of the stage after the one that is over. */
export const nextStage = (state: LoopState): LoopState => ({
  ...state,
  stage: state.stage + 1,
  stageStep: 0,
  epochsBefore: state.history.at(-1)?.epoch ?? 0,
  epochsWithoutBest: 0,
  finished: false,
});

export const initialLoopState: LoopState = {
  step: 0,
  stage: 0,
  stageStep: 0,
  epochsBefore: 0,
  epochLossSum: 0,
  epochSkipped: 0,
  epochSeconds: 0,
  logLossSum: 0,
  logSteps: 0,
  history: [],
  best: null,
  epochsWithoutBest: 0,
  seconds: 0,
  images: 0,
  finished: false,
};

/** `trainer.json` beside the weights. */
export const trainerFileSchema = z.object({
  version: z.literal(1),
  /** Hash of all that decides the run (config, classes, pipeline, images): a checkpoint of another run is refused. */
  run: z.string(),
  /** Hash of the backbone that the run began with: the key of its cached features. */
  backbone: z.string(),
  random: z.object({ algorithm: z.literal('xoshiro128**'), seed: z.number().int(), epoch: z.number().int() }),
  /** `optimizer.safetensors` was taken at this step; null in `best`, which only predicts. */
  optimizerStep: z.number().int().nullable(),
  /** Images that one run computed where memory allowed only a part of a micro-batch. */
  part: z.number().int().min(1).optional(),
  /** Of `fp16`: what `torch.amp.GradScaler` keeps as `scale` and `_growth_tracker`. */
  lossScale: z.object({ scale: z.number().positive(), growthCount: z.number().int().min(0) }).optional(),
  state: loopStateSchema,
  notes: z.array(z.string()),
  /** SHA-256 of every other file of the folder. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type TrainerFile = z.infer<typeof trainerFileSchema>;

/** `preprocessor_config.json` as HF's ViTImageProcessor writes it. `resample` 2 is PIL's BILINEAR. */
export function preprocessorConfig(pipeline: Pipeline): Record<string, unknown> {
  return {
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    image_mean: pipeline.mean,
    image_processor_type: 'ViTImageProcessor',
    image_std: pipeline.std,
    resample: 2,
    rescale_factor: pipeline.rescaleFactor,
    size: { height: pipeline.height, width: pipeline.width },
  };
}

/** Names of AdamW's moments and of SGD's velocities in `optimizer.safetensors`, as PyTorch calls them. */
export const FIRST_MOMENT = 'exp_avg/';
export const SECOND_MOMENT = 'exp_avg_sq/';
export const VELOCITY = 'momentum_buffer/';
/** Before the name of an averaged parameter there. */
export const AVERAGE = 'ema/';
