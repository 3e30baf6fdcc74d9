import { roundHalfToEven } from './round';

/** Values of all 65,536 bit patterns, on first use. */
let values: Float32Array | null = null;

/** Converts IEEE 754 binary16 to float32, in `result`: sign, 5 bits of exponent (bias 15), 10 bits of fraction. */
export function decodeFloat16(
  halves: Uint16Array,
  result: Float32Array = new Float32Array(halves.length),
): Float32Array {
  values ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => numberOf(half));
  for (let i = 0; i < halves.length; i += 1) result[i] = values[halves[i] as number] as number;
  return result;
}

function numberOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Converts float32 to binary16, rounded to the nearest, ties to even: infinite from 65520 on. NaN becomes 0x7e00.
 */
export function encodeFloat16(numbers: Float32Array): Uint16Array {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const result = new Uint16Array(numbers.length);
  for (let i = 0; i < bits.length; i += 1) result[i] = halfOf(bits[i] as number);
  return result;
}

function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127;
  const fraction = bits & 0x7fffff;
  if (exponent === 128) return fraction === 0 ? sign | 0x7c00 : 0x7e00;
  if (exponent > 15) return sign | 0x7c00;
  // Below 2^-25 everything is zero. The carry of the rounding may reach the exponent, and then means the next power.
  if (exponent < -25) return sign;
  const shift = exponent < -14 ? -1 - exponent : 13;
  const kept = (fraction | (exponent < -14 ? 0x800000 : 0)) >>> 0;
  const rest = kept & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const truncated = (kept >>> shift) + (exponent < -14 ? 0 : (exponent + 15) << 10);
  const rounded = rest > half || (rest === half && (truncated & 1) === 1) ? truncated + 1 : truncated;
  return sign | rounded;
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
