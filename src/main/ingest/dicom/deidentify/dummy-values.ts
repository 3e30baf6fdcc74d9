/** Replacement for text. */
const TEXT = 'REMOVED';

const texts: Readonly<Record<string, string>> = {
  AE: TEXT,
  AS: '000D',
  CS: TEXT,
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  IS: '0',
  LO: TEXT,
  LT: TEXT,
  PN: TEXT,
  SH: TEXT,
  ST: TEXT,
  TM: '000000',
  UC: TEXT,
  UR: 'about:blank',
  UT: TEXT,
};

/** Bytes per number. */
const sizes: Readonly<Record<string, number>> = { US: 2, SS: 2, UL: 4, SL: 4, FL: 4, AT: 4, FD: 8, SV: 8, UV: 8 };

/** A dummy value of a representation: a fixed word, a date in 1900, or zero. */
export function dummyValue(vr: string): Buffer {
  const text = texts[vr];
  if (text !== undefined) return evenText(text);
  return Buffer.alloc(sizes[vr] ?? 2);
}

/** Encodes text, padded to an even length with a space, or a NUL for UIDs (PS3.5, 6.2). */
export function evenText(text: string, padding = ' '): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(padding, 'latin1')]);
}
