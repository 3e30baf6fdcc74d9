import { describe, expect, it } from 'vitest';
import { decodeFloat16, encodeFloat16, roundToFloat16 } from './half';

const encoded = (x: number): number => encodeFloat16(Float32Array.of(x))[0] as number;

describe('encodeFloat16', () => {
  it('returns every finite half float from its value', () => {
    const finite = Uint16Array.from({ length: 2 ** 16 }, (_, half) => half).filter(
      (half) => (half & 0x7c00) !== 0x7c00,
    );
    expect(encodeFloat16(decodeFloat16(finite))).toEqual(finite);
  });

  it('rounds as roundToFloat16 does, between neighbours and at ties', () => {
    const halves = Uint16Array.from({ length: 0x7c00 - 1 }, (_, half) => half);
    const lower = decodeFloat16(halves);
    const upper = decodeFloat16(halves.map((half) => half + 1));
    for (const share of [0.25, 0.5, 0.75]) {
      const between = lower.map((value, at) => value + share * ((upper[at] as number) - value));
      const rounded = decodeFloat16(encodeFloat16(between));
      expect(rounded).toEqual(between.map(roundToFloat16));
    }
  });

  // Values and bits from IEEE 754-2008, 3.4.
  it.each([
    [65519, 0x7bff],
    [65520, 0x7c00],
    [-1e30, 0xfc00],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NaN, 0x7e00],
    [-0, 0x8000],
    [2 ** -25, 0],
    [1.5 * 2 ** -25, 1],
    [-(2 ** -26), 0x8000],
    [2 ** -14, 0x0400],
    [1, 0x3c00],
  ])('%d is %d', (value, half) => {
    expect(encoded(value)).toBe(half);
  });
});
