import { MEASURE_GRID } from './picture-measures';
import type { Raster } from './raster';
import { findStrokes, type Stroke } from './thin-strokes';

/** A line of drawn characters: its box in pixels (`right` and `bottom` lie beyond it), and how sure it is, 0 to 1. */
export interface TextLine {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly characters: number;
  readonly score: number;
}

/** Pieces of one line: the lower is at least this high, in heights of the higher. */
const HEIGHTS = 0.6;
/** Tops or bottoms differ by at most this share of the height, or a pixel. */
const LEVEL = 0.13;
/** Grey values (peaks) differ by at most this. */
const GREY = 30;
/** The gap to the next piece, in heights. */
const GAP = 1.2;
/**
 * Two characters alone are text only from this height on, pixels, and not at half size, where bits of tissue come in
 * pairs.
 */
const PAIR_HEIGHT = 8;
/** How even pieces are from which nothing is taken off: drawn ones are about 0.4 to 0.9 with their smoothed edges. */
const EVEN = 0.4;

/**
 * How much each cell of the grid looks like characters that were drawn into the picture, row by row, 0 to 255.
 *
 * Drawn text is thin (narrower than 7 pixels), brighter than what is around it, of one grey value, and several pieces of
 * like height stand on one line. Tissue has bright lines too, but they fade, lie flat, and do not stand side by side.
 * Looked at is the raster as it is and, for large letters, at half its size. Dark text on bright ground is not found.
 * Measured in docs/picture-measures.md.
 */
export function textGrid(raster: Raster): Uint8Array {
  const grid = new Uint8Array(MEASURE_GRID * MEASURE_GRID);
  for (const { left, top, right, bottom, score } of findTextLines(raster)) {
    const value = Math.round(255 * score);
    for (let row = cellOf(top, raster.height); row <= cellOf(bottom - 1, raster.height); row++) {
      for (let column = cellOf(left, raster.width); column <= cellOf(right - 1, raster.width); column++) {
        const at = row * MEASURE_GRID + column;
        grid[at] = Math.max(grid[at] as number, value);
      }
    }
  }
  return grid;
}

function cellOf(pixel: number, length: number): number {
  return Math.min(MEASURE_GRID - 1, Math.floor((pixel * MEASURE_GRID) / length));
}

export function findTextLines(raster: Raster): TextLine[] {
  const bright = brightest(raster);
  const half = halved(bright);
  return [
    ...joinStrokes(findStrokes(bright), PAIR_HEIGHT),
    ...joinStrokes(findStrokes(half), Number.POSITIVE_INFINITY).map((line) => ({
      ...line,
      left: 2 * line.left,
      top: 2 * line.top,
      right: 2 * line.right,
      bottom: 2 * line.bottom,
    })),
  ];
}

/** From left to right, each piece takes those that go on in its line. */
function joinStrokes(strokes: readonly Stroke[], pairHeight: number): TextLine[] {
  const sorted = strokes.toSorted((a, b) => a.left - b.left);
  const taken = new Set<Stroke>();
  const lines: TextLine[] = [];
  for (const [index, first] of sorted.entries()) {
    if (taken.has(first)) continue;
    const pieces = [first];
    let last = first;
    for (let next = index + 1; next < sorted.length; next++) {
      const piece = sorted[next] as Stroke;
      // No piece is higher than 48 pixels, so that nothing further right can follow.
      if (piece.left > last.right + 60) break;
      if (taken.has(piece) || !follows(last, piece)) continue;
      pieces.push(piece);
      last = piece;
    }
    const line = describeLine(pieces, pairHeight);
    if (line.score === 0) continue;
    for (const piece of pieces) taken.add(piece);
    lines.push(line);
  }
  return lines;
}

function follows(a: Stroke, b: Stroke): boolean {
  const [one, other] = [a.bottom - a.top, b.bottom - b.top];
  const high = Math.max(one, other);
  const level = Math.max(1, LEVEL * high);
  return (
    Math.min(one, other) >= HEIGHTS * high &&
    b.left <= a.right + GAP * high &&
    (Math.abs(a.bottom - b.bottom) <= level || Math.abs(a.top - b.top) <= level) &&
    Math.abs(a.peak - b.peak) <= GREY
  );
}

function describeLine(pieces: readonly Stroke[], pairHeight: number): TextLine {
  const top = Math.min(...pieces.map((piece) => piece.top));
  const bottom = Math.max(...pieces.map((piece) => piece.bottom));
  const characters = pieces.reduce((sum, piece) => sum + piece.characters, 0);
  const even = pieces.reduce((sum, piece) => sum + piece.even, 0) / pieces.length;
  const known = characters > 2 || (characters === 2 && bottom - top >= pairHeight);
  return {
    left: Math.min(...pieces.map((piece) => piece.left)),
    top,
    right: Math.max(...pieces.map((piece) => piece.right)),
    bottom,
    characters,
    score: known ? Math.min(1, even / EVEN) * (1 - 0.5 ** (characters - 1)) : 0,
  };
}

/** The largest channel: coloured text is as bright as white one. */
function brightest(raster: Raster): Raster {
  if (raster.channels === 1) return raster;
  const { width, height, data } = raster;
  const values = new Uint8Array(width * height);
  for (let index = 0, from = 0; index < values.length; index++, from += 3) {
    values[index] = Math.max(data[from] as number, data[from + 1] as number, data[from + 2] as number);
  }
  return { width, height, channels: 1, data: values };
}

/** Half as wide and high, by means of 2 x 2. */
function halved({ width, height, data }: Raster): Raster {
  const [wide, high] = [Math.max(1, width >> 1), Math.max(1, height >> 1)];
  const [right, down] = [width > 1 ? 1 : 0, height > 1 ? width : 0];
  const values = new Uint8Array(wide * high);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const at = 2 * y * width + 2 * x;
      values[y * wide + x] =
        ((data[at] as number) +
          (data[at + right] as number) +
          (data[at + down] as number) +
          (data[at + down + right] as number) +
          2) >>
        2;
    }
  }
  return { width: wide, height: high, channels: 1, data: values };
}
