/**
 * Whether bytes contain a text: in one byte per letter, in UTF-16 of both byte orders, at each of the eight bit
 * offsets, and with the bits of a byte in both orders (bit planes are read from the lowest bit).
 */
export function holdsText(bytes: Buffer, text: string): boolean {
  const wide = Buffer.from(text, 'utf16le');
  const needles = [Buffer.from(text, 'latin1'), wide, Buffer.from(wide).swap16()];
  return readings(bytes).some((reading) => needles.some((needle) => reading.includes(needle)));
}

function readings(bytes: Buffer): Buffer[] {
  const reversed = Buffer.from(
    bytes.map((byte) => Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2)),
  );
  // A text in bits read from the lowest is the plain text of the reversed bytes, shifted.
  return [bytes, reversed].flatMap((one) => Array.from({ length: 8 }, (_, shift) => shifted(one, shift)));
}

/** Combines the low bits of each byte with the high bits of the next. */
function shifted(bytes: Buffer, shift: number): Buffer {
  if (shift === 0) return bytes;
  return Buffer.from(bytes.map((byte, index) => ((byte << shift) | ((bytes[index + 1] ?? 0) >> (8 - shift))) & 0xff));
}

/** Collects chosen bits of each 16-bit sample into bytes: data hidden beside a value. */
export function bitsBeside(samples: Buffer, lowest: number, count: number): Buffer {
  const bits: number[] = [];
  for (let at = 0; at + 1 < samples.length; at += 2) {
    const word = samples.readUInt16LE(at);
    for (let bit = 0; bit < count; bit++) bits.push((word >> (lowest + bit)) & 1);
  }
  const bytes = Buffer.alloc(Math.floor(bits.length / 8));
  for (let index = 0; index < bytes.length * 8; index++) {
    bytes[index >> 3] = (bytes[index >> 3] as number) | ((bits[index] as number) << (index & 7));
  }
  return bytes;
}

/** The inverse: writes the bits of a text to those positions, repeatedly. */
export function hideBits(samples: Buffer, lowest: number, count: number, text: string): Buffer {
  const secret = Buffer.from(text, 'latin1');
  const copy = Buffer.from(samples);
  let next = 0;
  for (let at = 0; at + 1 < copy.length; at += 2) {
    let word = copy.readUInt16LE(at);
    for (let bit = 0; bit < count; bit++) {
      const value = ((secret[(next >> 3) % secret.length] as number) >> (next & 7)) & 1;
      word = (word & ~(1 << (lowest + bit))) | (value << (lowest + bit));
      next += 1;
    }
    copy.writeUInt16LE(word & 0xffff, at);
  }
  return copy;
}
