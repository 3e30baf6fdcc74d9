import { seededRandom } from './random';

/** Copies a file with one kind of damage, chosen by the seed: bytes, lengths, a piece cut out, doubled or cut off. */
export function mutate(file: Buffer, seed: number): Buffer {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const copy = Buffer.from(file);
  // Headers matter most: half of the damage goes to the first 2 kB.
  const place = () => (random() < 0.5 ? below(Math.min(copy.length, 2048)) : below(copy.length));
  switch (below(6)) {
    case 0: {
      for (let count = 1 + below(16); count > 0; count--) copy[place()] = below(256);
      return copy;
    }
    case 1: {
      for (let count = 1 + below(8); count > 0; count--) {
        const at = place();
        copy[at] = (copy[at] as number) ^ (1 << below(8));
      }
      return copy;
    }
    case 2: {
      const extremes = [0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
      const at = Math.min(place(), copy.length - 4);
      copy.writeUInt32LE(extremes[below(extremes.length)] as number, at);
      return copy;
    }
    case 3:
      return copy.subarray(0, below(copy.length));
    case 4: {
      const from = place();
      return Buffer.concat([copy.subarray(0, from), copy.subarray(from + 1 + below(64))]);
    }
    default: {
      const from = place();
      const piece = copy.subarray(from, from + 1 + below(256));
      return Buffer.concat([copy.subarray(0, from), piece, copy.subarray(from)]);
    }
  }
}
