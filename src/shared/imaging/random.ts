/**
 * xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32 over a list of integers, so that every (seed,
 * epoch, image) has its own stream and a resumed run draws the same numbers as an uninterrupted one.
 */
export interface Random {
  /** 32 random bits, as an unsigned integer. */
  nextUint32(): number;
  /** Uniform in [0, 1), with a resolution of 32 bits. */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Uniform integer in [0, bound), without modulo bias. */
  integer(bound: number): number;
}

/** Mixes integers (taken modulo 2^32) into one 32-bit hash: murmur3's finaliser after each. */
function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ (value >>> 0), 0x9e3779b1) + 0x7f4a7c15;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export function createRandom(...seeds: readonly number[]): Random {
  const state = new Uint32Array(4);
  let hash = 0x5bd1e995;
  for (const seed of seeds) hash = mix(mix(hash, seed), Math.floor(seed / 2 ** 32));
  for (let i = 0; i < 4; i++) {
    hash = mix(hash, i + 1);
    state[i] = hash;
  }
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  if ((a | b | c | d) === 0) a = 1;

  const nextUint32 = (): number => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const next = () => nextUint32() / 2 ** 32;
  return {
    nextUint32,
    next,
    uniform: (low, high) => low + (high - low) * next(),
    integer: (bound) => {
      const limit = 2 ** 32 - (2 ** 32 % bound);
      let value = nextUint32();
      while (value >= limit) value = nextUint32();
      return value % bound;
    },
  };
}

/** A shuffled copy (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
