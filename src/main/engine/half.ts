import { roundHalfToEven } from './round';

/** Converts IEEE 754 binary16 to float32: sign, 5 bits of exponent (bias 15), 10 bits of fraction. */
export function decodeFloat16(halves: Uint16Array): Float32Array {
  const result = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i += 1) {
    const half = halves[i] as number;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) result[i] = sign * fraction * 2 ** -24;
    else if (exponent === 0x1f) result[i] = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    else result[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return result;
}

/** Rounds to the nearest binary16, ties to even: infinite from 65520 on, zero up to 2^-25. */
export function roundToFloat16(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude >= 65520) return Math.sign(x) * Number.POSITIVE_INFINITY;
  // Neighbours are spaced 2^-10 of their power of two, and never less than 2^-24.
  const spacing = 2 ** (Math.max(-14, Math.floor(Math.log2(magnitude))) - 10);
  return spacing * roundHalfToEven(x / spacing);
}

/** Converts bfloat16, the upper half of a float32. */
export function decodeBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i += 1) bits[i] = (halves[i] as number) << 16;
  return new Float32Array(bits.buffer);
}
