import type { EngineDevice } from '../../engine/backends/backend';
import type { NamedTensors } from '../../engine/tensor';
import type { DistillationWeights } from '../../engine/train/distillation';
import type { VitConfig } from '../../engine/vit/config';
import type { ImageNormalisation } from './pixels';

/** An endless, reproducible sequence of pictures. */
export interface PictureSource {
  /** What determines the pictures: stored features and checkpoints of others are not used. */
  readonly id: string;
  /**
   * Returns a picture as RGB planes [3, size, size]; equal for equal arguments. Held-out pictures are never used for
   * training.
   */
  picture(index: number, size: number, heldOut: boolean): Uint8Array;
}

/** Steps at one image size, under a cosine schedule of their own. */
export interface DistillationStage {
  readonly imageSize: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** Pictures whose features are computed at once and stored in one file. */
  readonly shardPictures: number;
  /** Shards that steps draw from: the newest ones. */
  readonly shards: number;
}

export interface DistillationModel {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
}

export interface DistillationSpec {
  /** Checkpoint, log and stored features are kept here. */
  readonly folder: string;
  readonly teacher: DistillationModel & { readonly hash: string };
  /** The student as it starts. */
  readonly student: DistillationModel;
  readonly normalisation: ImageNormalisation;
  readonly stages: readonly DistillationStage[];
  readonly batchSize: number;
  /** How often a picture is used, on average, before its features are discarded. */
  readonly uses: number;
  readonly heldOutPictures: number;
  readonly weights: DistillationWeights;
  readonly weightDecay: number;
  readonly emaDecay: number;
  readonly seed: number;
  readonly device: EngineDevice;
  readonly threads: number;
}

/** Steps between two shards. */
export const stepsPerShard = ({ batchSize, uses }: DistillationSpec, { shardPictures }: DistillationStage): number =>
  Math.max(1, Math.round((shardPictures * uses) / batchSize));
