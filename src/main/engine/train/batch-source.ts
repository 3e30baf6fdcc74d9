import type { Batch } from './session';

/** Prepares batches ahead, in the order asked for. */
export interface BatchSource {
  /** `plan` lists positions in the training set, a micro-batch each; those before `first` were trained on already. */
  training(epoch: number, plan: readonly (readonly number[])[], first: number): AsyncIterable<Batch>;
  /** All validation images in order, without augmentation. */
  validation(): AsyncIterable<Batch>;
}

/** The next batches of a step: `count` of them, or what is left. */
export async function takeBatches(batches: AsyncIterator<Batch>, count: number): Promise<Batch[]> {
  const group: Batch[] = [];
  while (group.length < count) {
    const next = await batches.next();
    if (next.done === true) break;
    group.push(next.value);
  }
  return group;
}
