import { BORDER_CELLS, MEASURE_GRID, type PictureMeasures } from './picture-measures';

/**
 * Changes whenever the same picture is measured differently; measures of another version are discarded and taken again.
 */
export const MEASURES_VERSION = 1;

const NUMBERS = ['mean', 'deviation', 'dark', 'bright', 'entropy', 'sharpness', 'colour'] as const;
const BORDER_AT = 1 + 4 * NUMBERS.length;
const TEXT_AT = BORDER_AT + BORDER_CELLS;

/**
 * Version (1 byte), seven float32 (little endian), the border, then the cells with text as pairs of index and value:
 * most pictures have none, and take 89 bytes.
 */
export function encodeMeasures(measures: PictureMeasures): Uint8Array {
  const written = [...measures.text.entries()].filter(([, value]) => value > 0);
  const bytes = new Uint8Array(TEXT_AT + 2 * written.length);
  bytes[0] = MEASURES_VERSION;
  const view = new DataView(bytes.buffer);
  for (const [index, name] of NUMBERS.entries()) view.setFloat32(1 + 4 * index, measures[name], true);
  bytes.set(measures.border, BORDER_AT);
  for (const [index, pair] of written.entries()) bytes.set(pair, TEXT_AT + 2 * index);
  return bytes;
}

/** Shared by the pictures without text, which are most. */
const NO_TEXT = new Uint8Array(MEASURE_GRID * MEASURE_GRID);

function textOf(bytes: Uint8Array): Uint8Array {
  const text = new Uint8Array(MEASURE_GRID * MEASURE_GRID);
  for (let at = TEXT_AT; at < bytes.length; at += 2) text[bytes[at] as number] = bytes[at + 1] as number;
  return text;
}

/** Returns null for bytes that are not measures of this version. `border` is a view of `bytes`. */
export function decodeMeasures(bytes: Uint8Array): PictureMeasures | null {
  if (bytes[0] !== MEASURES_VERSION || bytes.length < TEXT_AT || (bytes.length - TEXT_AT) % 2 !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    mean: view.getFloat32(1, true),
    deviation: view.getFloat32(5, true),
    dark: view.getFloat32(9, true),
    bright: view.getFloat32(13, true),
    entropy: view.getFloat32(17, true),
    sharpness: view.getFloat32(21, true),
    colour: view.getFloat32(25, true),
    border: bytes.subarray(BORDER_AT, TEXT_AT),
    text: bytes.length === TEXT_AT ? NO_TEXT : textOf(bytes),
  };
}
