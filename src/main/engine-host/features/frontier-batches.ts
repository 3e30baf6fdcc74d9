import type { BatchSource } from '../../engine/train/batch-source';
import { countRepeats } from '../../engine/train/epoch-plan';
import type { Batch } from '../../engine/train/session';
import { inOrder, viewIndex } from '../batches/batch-source';
import type { LoaderOptions } from '../batches/loader';
import type { FrontierRows } from './frontier-rows';

export interface FrontierBatchesOptions {
  /** One request for each view of the training images, then one for the validation images. */
  readonly rows: FrontierRows;
  readonly views: number;
  /** Values of one image. */
  readonly width: number;
  readonly trainLabels: Int32Array;
  readonly validationLabels: Int32Array;
  readonly batchSize: number;
  readonly retry: NonNullable<LoaderOptions['retry']>;
}

/** Batches of cached inputs of the last blocks. Epochs cycle through the views, as with `featureBatches`. */
export function frontierBatches(options: FrontierBatchesOptions): BatchSource {
  const { rows, views, width, trainLabels, validationLabels, batchSize, retry } = options;
  const read = (labels: Int32Array, positions: readonly number[], requestOf: (row: number) => number): Promise<Batch> =>
    retry(async () => {
      const pixels = new Float32Array(positions.length * width);
      for (const [row, position] of positions.entries()) {
        rows.read(requestOf(row), position, pixels.subarray(row * width, (row + 1) * width));
      }
      const ofBatch = Int32Array.from(positions, (position) => labels[position] as number);
      return { pixels, labels: ofBatch, count: positions.length };
    });
  async function* training(epoch: number, plan: readonly (readonly number[])[], first: number) {
    const repeats = countRepeats(plan);
    for (const [index, positions] of plan.entries()) {
      if (index < first) continue;
      yield await read(trainLabels, positions, (row) => viewIndex(epoch, repeats[index]?.[row] ?? 0, views));
    }
  }
  async function* validation() {
    for (const positions of inOrder(validationLabels.length, batchSize)) {
      yield await read(validationLabels, positions, () => views);
    }
  }
  return { training, validation };
}
