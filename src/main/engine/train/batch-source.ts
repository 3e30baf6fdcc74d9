import type { Batch } from './session';

/** Prepares batches ahead of time, in the requested order. */
export interface BatchSource {
  /**
   * `plan` lists positions in the training set, one list per micro-batch; micro-batches before `first` have already
   * been trained on.
   */
  training(epoch: number, plan: readonly (readonly number[])[], first: number): AsyncIterable<Batch>;
  /** All validation images in order, without augmentation. */
  validation(): AsyncIterable<Batch>;
}

/** Returns the next `count` batches of a step, or the remaining ones. */
export async function takeBatches(batches: AsyncIterator<Batch>, count: number): Promise<Batch[]> {
  const group: Batch[] = [];
  while (group.length < count) {
    const next = await batches.next();
    if (next.done === true) break;
    group.push(next.value);
  }
  return group;
}
