import { MEASURE_GRID } from './picture-measures';
import type { Raster } from './raster';
import { findStrokes, type Stroke } from './thin-strokes';

/** A line of drawn characters: its box in pixels (`right` and `bottom` are exclusive), and its certainty, 0 to 1. */
export interface TextLine {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly characters: number;
  readonly score: number;
}

/** Minimum height of the lower of two adjacent pieces of a line, in heights of the higher. */
const MIN_HEIGHT_RATIO = 0.6;
/** Largest difference of tops or bottoms, as a share of the height; at least one pixel is allowed. */
const MAX_OFFSET = 0.13;
/** Largest difference of grey values (peaks). */
const MAX_GREY_DIFFERENCE = 30;
/** Largest gap to the next piece, in heights. */
const MAX_GAP = 1.2;
/**
 * Two characters alone are text only from this height on, in pixels, and not at half size, where bits of tissue come in
 * pairs.
 */
const PAIR_HEIGHT = 8;
/** Evenness from which the score is not reduced: drawn pieces have about 0.4 to 0.9 with their smoothed edges. */
const FULL_EVENNESS = 0.4;

/**
 * How much each cell of the grid looks like characters drawn into the image, row by row, 0 to 255.
 *
 * Drawn text is thin (narrower than 7 pixels), brighter than its surroundings, of one grey value, and has several
 * pieces of similar height on one line. Tissue has bright lines too, but they fade, lie flat, and do not sit side by
 * side. Searches the raster at its own size and, for large letters, at half of it. Dark text on a bright ground is not
 * found. Measured in docs/picture-measures.md.
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

/** From left to right, appends to each piece those that continue its line. */
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
      // No piece is higher than 48 pixels, so nothing further right can follow.
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
  const offset = Math.max(1, MAX_OFFSET * high);
  return (
    Math.min(one, other) >= MIN_HEIGHT_RATIO * high &&
    b.left <= a.right + MAX_GAP * high &&
    (Math.abs(a.bottom - b.bottom) <= offset || Math.abs(a.top - b.top) <= offset) &&
    Math.abs(a.peak - b.peak) <= MAX_GREY_DIFFERENCE
  );
}

function describeLine(pieces: readonly Stroke[], pairHeight: number): TextLine {
  const top = Math.min(...pieces.map((piece) => piece.top));
  const bottom = Math.max(...pieces.map((piece) => piece.bottom));
  const characters = pieces.reduce((sum, piece) => sum + piece.characters, 0);
  const evenness = pieces.reduce((sum, piece) => sum + piece.evenness, 0) / pieces.length;
  const isText = characters > 2 || (characters === 2 && bottom - top >= pairHeight);
  return {
    left: Math.min(...pieces.map((piece) => piece.left)),
    top,
    right: Math.max(...pieces.map((piece) => piece.right)),
    bottom,
    characters,
    score: isText ? Math.min(1, evenness / FULL_EVENNESS) * (1 - 0.5 ** (characters - 1)) : 0,
  };
}

/** The maximum of the channels: coloured text is as bright as white text. */
function brightest(raster: Raster): Raster {
  if (raster.channels === 1) return raster;
  const { width, height, data } = raster;
  const values = new Uint8Array(width * height);
  for (let index = 0, from = 0; index < values.length; index++, from += 3) {
    values[index] = Math.max(data[from] as number, data[from + 1] as number, data[from + 2] as number);
  }
  return { width, height, channels: 1, data: values };
}

/** Half the width and height, by means of 2 x 2 pixels. */
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
