import { createRandom, shuffle } from '#shared/imaging/random';

/** Tags of the random streams, so that no two purposes share one. */
const SHUFFLE = 0x5f0f;
const SAMPLE = 0x5a3b;

/**
 * Returns positions of training images in the order of one epoch, which depends on seed and epoch only: each image once
 * or, with weights, as many draws with replacement, each image with probability weight / sum of weights, as PyTorch's
 * `WeightedRandomSampler` does.
 */
export function epochOrder(seed: number, epoch: number, images: number, weights: readonly number[] | null): number[] {
  if (weights === null) {
    const inOrder = Array.from({ length: images }, (_, index) => index);
    return shuffle(inOrder, createRandom(seed, epoch, SHUFFLE));
  }
  const random = createRandom(seed, epoch, SAMPLE);
  const sums = cumulative(weights);
  const total = sums.at(-1) ?? 0;
  if (!(total > 0) || sums.length !== images) throw new RangeError('sampling needs a weight for each image');
  return Array.from({ length: images }, () => firstAbove(sums, random.uniform(0, total)));
}

function cumulative(weights: readonly number[]): number[] {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

/** Returns the index of the first sum greater than `value`. */
function firstAbove(sums: readonly number[], value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Splits one epoch's order into micro-batches. */
export function epochPlan(
  seed: number,
  epoch: number,
  images: number,
  batchSize: number,
  weights: readonly number[] | null,
): number[][] {
  const order = epochOrder(seed, epoch, images, weights);
  const plan: number[][] = [];
  for (let start = 0; start < images; start += batchSize) plan.push(order.slice(start, start + batchSize));
  return plan;
}

/**
 * Returns how often each position of a plan was already drawn in the same epoch: 0 everywhere if each image occurs
 * once. An image that is drawn again shows another random view.
 */
export function countRepeats(plan: readonly (readonly number[])[]): number[][] {
  const drawn = new Map<number, number>();
  return plan.map((positions) =>
    positions.map((position) => {
      const before = drawn.get(position) ?? 0;
      drawn.set(position, before + 1);
      return before;
    }),
  );
}
