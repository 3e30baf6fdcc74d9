import type { DecodedFrame } from '../../decoded-frame';
import type { ImageAttributes } from '../../image-attributes';

type Integers = Pick<ImageAttributes, 'bitsAllocated' | 'bitsStored' | 'highBit' | 'signed' | 'float'>;

/**
 * Clears the bits of samples outside High Bit to High Bit + 1 - Bits Stored (PS3.5, 8.1.1), in place. Signed values are
 * sign-extended into the bits above, so that a reader of the whole word also sees the value. NaNs of float pixels
 * become the canonical quiet NaN, because their other 22 or 51 bits could hold anything. `bytes`: little-endian
 * samples. Returns whether anything changed.
 */
export function clearUnusedBits(bytes: Uint8Array, image: Integers): boolean {
  const { bitsAllocated, bitsStored, highBit, signed, float } = image;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (float) return canonicalNaN(view, bitsAllocated);
  if (bitsAllocated === 1 || bitsStored === bitsAllocated) return false;
  const shift = highBit + 1 - bitsStored;
  const up = 32 - bitsStored;
  const clean = (word: number): number => {
    const value = (word >>> shift) << up;
    return (signed ? value >> up : value >>> up) << shift;
  };
  let changed = false;
  if (bitsAllocated === 8) {
    const table = Uint8Array.from({ length: 256 }, (_, word) => clean(word));
    for (let at = 0; at < bytes.length; at++) {
      const word = bytes[at] as number;
      const cleaned = table[word] as number;
      if (cleaned === word) continue;
      bytes[at] = cleaned;
      changed = true;
    }
  } else if (bitsAllocated === 16) {
    for (let at = 0; at + 2 <= bytes.length; at += 2) {
      const word = view.getUint16(at, true);
      const cleaned = clean(word) & 0xffff;
      if (cleaned === word) continue;
      view.setUint16(at, cleaned, true);
      changed = true;
    }
  } else {
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const word = view.getUint32(at, true);
      const cleaned = clean(word) >>> 0;
      if (cleaned === word) continue;
      view.setUint32(at, cleaned, true);
      changed = true;
    }
  }
  return changed;
}

/** Replaces NaNs (IEEE 754: exponent all ones, fraction not zero) by the canonical one. */
function canonicalNaN(view: DataView, bits: number): boolean {
  let changed = false;
  if (bits === 64) {
    for (let at = 0; at + 8 <= view.byteLength; at += 8) {
      const [low, high] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      const holdsNaN = (high & 0x7ff00000) === 0x7ff00000 && ((high & 0x000fffff) !== 0 || low !== 0);
      if (!holdsNaN || (high === 0x7ff80000 && low === 0)) continue;
      view.setUint32(at, 0, true);
      view.setUint32(at + 4, 0x7ff80000, true);
      changed = true;
    }
    return changed;
  }
  for (let at = 0; at + 4 <= view.byteLength; at += 4) {
    const word = view.getUint32(at, true);
    const holdsNaN = (word & 0x7f800000) === 0x7f800000 && (word & 0x007fffff) !== 0;
    if (!holdsNaN || word === 0x7fc00000) continue;
    view.setUint32(at, 0x7fc00000, true);
    changed = true;
  }
  return changed;
}

/**
 * Whether decoded samples use more bits than Bits Stored: a sample of `precision` bits may carry others above its
 * value, which only some decoders display. Signed values may be sign-extended.
 */
export function hasUnusedBits(
  { bytes, bytesPerSample, precision }: DecodedFrame,
  { bitsStored, signed }: Integers,
): boolean {
  if (precision <= bitsStored || bytesPerSample > 4) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read = (at: number): number =>
    bytesPerSample === 1
      ? view.getUint8(at)
      : bytesPerSample === 2
        ? view.getUint16(at, true)
        : view.getUint32(at, true);
  const up = 32 - precision;
  for (let at = 0; at + bytesPerSample <= bytes.length; at += bytesPerSample) {
    const above = ((read(at) << up) >>> up) >>> bitsStored;
    if (above === 0) continue;
    const value = (read(at) << up) >> up;
    // Sign extension: all bits above are copies of the sign.
    if (!signed || value >> (bitsStored - 1) !== -1) return true;
  }
  return false;
}
