/** Uniform numbers in [0, 1) from a seed. */
export type Random = () => number;

/** Returns the 32-bit FNV-1a hash of a text: derives one seed per purpose from a run's seed. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Creates a xoshiro128** generator (Blackman and Vigna 2018), its state filled by splitmix32. */
export function createRandom(seed: number): Random {
  let mixed = seed >>> 0;
  const splitmix = (): number => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let z = mixed;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result / 2 ** 32;
  };
}

/** Draws a standard normal number by the Box-Muller transform. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Draws the logarithm of a gamma-distributed number of this shape and scale 1, by Marsaglia and Tsang 2000. It is a
 * logarithm because small shapes give numbers below what a double can represent.
 */
export function logGamma(random: Random, shape: number): number {
  // Gamma(a) = Gamma(a + 1) U^(1/a)
  if (shape < 1) return logGamma(random, shape + 1) + Math.log(1 - random()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d * (1 - v + Math.log(v))) return Math.log(d * v);
  }
}

/** Draws a beta-distributed number: X / (X + Y) with X from Gamma(a) and Y from Gamma(b). */
export function beta(random: Random, a: number, b: number): number {
  const x = logGamma(random, a);
  return 1 / (1 + Math.exp(logGamma(random, b) - x));
}
