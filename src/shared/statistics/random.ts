/**
 * Seeded uniform numbers in [0, 1) with 32 bits: sfc32 (C. Doty-Humphrey, PractRand), the seed spread over its state
 * and the first rounds thrown away. The same seed gives the same numbers on every machine.
 */
export function createRandom(seed: number): () => number {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let round = 0; round < 16; round++) next();
  return next;
}
