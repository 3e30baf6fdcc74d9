import { z } from 'zod';
import { epochRecordSchema } from '#shared/models/run';

/** Progress of a run, apart from its weights: everything that the loop needs to continue as if it had never stopped. */
const stateSchema = z.object({
  /** Optimizer steps done, in all stages. */
  step: z.number().int().min(0),
  /** Index of the current stage, from 0, and the number of its steps done. */
  stage: z.number().int().min(0).default(0),
  stageStep: z.number().int().min(0).optional(),
  /**
   * Epochs of the previous stages. With the steps of this stage they give the epoch, which together with the seed
   * determines every random stream.
   */
  epochsBefore: z.number().int().min(0).default(0),
  /** Loss sum over the steps of the unfinished epoch, for its mean training loss. */
  epochLossSum: z.number(),
  /** Steps of the unfinished epoch skipped because half precision could not represent their gradients. */
  epochSkipped: z.number().int().min(0).default(0),
  epochSeconds: z.number(),
  /** Loss sum since the last line of the log. */
  logLossSum: z.number(),
  logSteps: z.number().int(),
  history: z.array(epochRecordSchema),
  best: z.object({ epoch: z.number().int(), value: z.number() }).nullable(),
  /** Counted within this stage. */
  epochsWithoutBest: z.number().int(),
  /** Training time and training images since the beginning of the run, across all resumptions. */
  seconds: z.number(),
  images: z.number().int(),
  /** Whether the stage is over, by its steps or by early stopping. */
  finished: z.boolean(),
});

export const loopStateSchema = stateSchema.transform((state) => ({
  ...state,
  // Checkpoints from before stages existed have a single one.
  stageStep: state.stageStep ?? state.step,
}));
export type LoopState = z.infer<typeof loopStateSchema>;

/** Returns the state at the beginning of the next stage. */
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

/** `trainer.json`, stored next to the weights. */
export const trainerFileSchema = z.object({
  version: z.literal(1),
  /**
   * Hash of everything that determines the run (config, classes, pipeline, images): a checkpoint of another run is
   * refused.
   */
  run: z.string(),
  /** Hash of the initial backbone: the key of its cached features. */
  backbone: z.string(),
  /** Whether only the head has been trained, so that the backbone's features are also this model's. */
  frozenBackbone: z.boolean().optional(),
  random: z.object({ algorithm: z.literal('xoshiro128**'), seed: z.number().int(), epoch: z.number().int() }),
  /** Step at which `optimizer.safetensors` was saved; null in `best`, which is only used for prediction. */
  optimizerStep: z.number().int().nullable(),
  /** Images per run of the program, if memory allowed only a part of a micro-batch. */
  part: z.number().int().min(1).optional(),
  /** For `fp16`: `scale` and `_growth_tracker` of `torch.amp.GradScaler`. */
  lossScale: z.object({ scale: z.number().positive(), growthCount: z.number().int().min(0) }).optional(),
  state: loopStateSchema,
  notes: z.array(z.string()),
  /** SHA-256 of every other file of the folder. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type TrainerFile = z.infer<typeof trainerFileSchema>;

/** Prefixes of AdamW's moments and SGD's velocities in `optimizer.safetensors`, as PyTorch names them. */
export const FIRST_MOMENT = 'exp_avg/';
export const SECOND_MOMENT = 'exp_avg_sq/';
export const VELOCITY = 'momentum_buffer/';
/** Prefix of averaged parameters in the same file. */
export const AVERAGE = 'ema/';
