import { createRandom, shuffle } from '#shared/imaging/random';
import { beta } from '../random';
import type { Batch } from './session';

/** Mixing of a micro-batch: image i becomes share x image i + (1 - share) x image partners[i]. */
export interface Mix {
  readonly share: number;
  /** A permutation of the micro-batch. */
  readonly partners: readonly number[];
}

/** Tag of the random streams, so that no other purpose shares them. */
const MIXUP = 0x313b;

/**
 * Draws a mix for mixup (Zhang et al. 2018): one share per micro-batch, from Beta(alpha, alpha), and a random partner
 * for each image. Both follow from seed, epoch and the micro-batch's position in the epoch.
 */
export function drawMix(alpha: number, seed: number, epoch: number, microBatch: number, count: number): Mix {
  const random = createRandom(seed, epoch, microBatch, MIXUP);
  const share = beta(random.next, alpha, alpha);
  return { share, partners: shuffle([...Array(count).keys()], random) };
}

/** Returns the micro-batch with its images, pixels or features, mixed and both labels of each. */
export function mixBatch({ pixels, labels, count }: Batch, { share, partners }: Mix): Batch {
  const size = pixels.length / count;
  const mixed = new Float32Array(pixels.length);
  for (const [row, partner] of partners.entries()) {
    for (let i = 0; i < size; i += 1) {
      const own = pixels[row * size + i] as number;
      mixed[row * size + i] = share * own + (1 - share) * (pixels[partner * size + i] as number);
    }
  }
  const others = Int32Array.from(partners, (partner) => labels[partner] as number);
  return { pixels: mixed, labels, count, mixed: { share, labels: others } };
}
