import type { Raster } from './raster';

/** A connected piece of thin salient pixels, such as a character. `right` and `bottom` are exclusive. */
export interface Stroke {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Grey value reached by a tenth of its pixels. */
  readonly peak: number;
  /** Share of its pixels within 20 of the peak: drawn strokes have one grey value, apart from their smoothed edge. */
  readonly evenness: number;
  /** Number of characters that fit: more than one if they touch. */
  readonly characters: number;
}

/** Strokes are narrower than this, pixels. */
const STROKE_LIMIT = 7;
/** Minimum contrast of a stroke with its surroundings, and its minimum grey value. */
const CONTRAST = 50;
const MIN_GREY = 110;
/** A larger share of salient pixels than even a page of text has is noise. */
const MAX_SALIENT_SHARE = 0.15;
/** Range of heights of characters, pixels. */
const MIN_HEIGHT = 6;
const MAX_HEIGHT = 48;
/** Largest ratio of width to height of a character, and of a word of touching characters. */
const MAX_ASPECT = 1.5;
const MAX_WORD_ASPECT = 8;
/** Usual width of a character and its gap, in heights. */
const PITCH = 0.75;
const EVEN_DIFFERENCE = 20;
/** Starts of runs in all rows of touching characters, in widths: about 1.6 upright strokes per character. */
const UPRIGHTS = 1.2;
/** Narrower pieces (in heights), such as I and 1, may fill their box; others fill it by these shares. */
const SLIM = 0.4;
const MAX_FILLING = 0.85;
const MIN_FILLING = 0.15;
/** Largest share of a stroke's edge that may border on pixels nearly as bright as the stroke. */
const MAX_JOINED = 0.15;
const JOINED_DIFFERENCE = 30;

/** Values of the mask: pixels of strokes yet to collect, and those collected. */
const PENDING = 1;
const COLLECTED = 2;

/** Connected bright thin pieces. Leaves out pieces that cannot be characters by their size, shape and filling. */
export function findStrokes({ width, height, data }: Raster): Stroke[] {
  // A margin of one black pixel, so that neighbours need no bounds checks.
  const span = width + 2;
  const grey = new Uint8Array(span * (height + 2));
  const mask = new Uint8Array(grey.length);
  const framedSpan = width + 2 * STROKE_LIMIT;
  const framed = new Uint8Array(framedSpan * (height + 2 * STROKE_LIMIT)).fill(255);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    grey.set(row, (y + 1) * span + 1);
    framed.set(row, (y + STROKE_LIMIT) * framedSpan + STROKE_LIMIT);
  }
  let count = 0;
  for (let y = 0; y < height; y++) {
    const start = (y + 1) * span + 1;
    const from = (y + STROKE_LIMIT) * framedSpan + STROKE_LIMIT;
    for (let x = 0; x < width; x++) {
      if ((framed[from + x] as number) < MIN_GREY || !isThin(framed, from + x, framedSpan)) continue;
      mask[start + x] = PENDING;
      count += 1;
    }
  }
  if (count > MAX_SALIENT_SHARE * data.length) return [];
  const strokes: Stroke[] = [];
  const queue = new Int32Array(count);
  const around = [-span - 1, -span, -span + 1, -1, 1, span - 1, span, span + 1];
  for (let start = span; start < mask.length - span; start++) {
    if (mask[start] !== PENDING) continue;
    mask[start] = COLLECTED;
    queue[0] = start;
    let length = 1;
    for (let next = 0; next < length; next++) {
      for (const step of around) {
        const at = (queue[next] as number) + step;
        if (mask[at] !== PENDING) continue;
        mask[at] = COLLECTED;
        queue[length++] = at;
      }
    }
    const stroke = describeStroke({ members: queue.subarray(0, length), grey, mask, span });
    // Pieces cut by the upper or lower border are indistinguishable from tissue.
    if (stroke !== null && stroke.top > 0 && stroke.bottom < height) strokes.push(stroke);
  }
  return strokes;
}

/** Indices of connected pixels in a picture and its mask, both `span` wide with a margin of one pixel. */
interface Piece {
  readonly members: Int32Array;
  readonly grey: Uint8Array;
  readonly mask: Uint8Array;
  readonly span: number;
}

function describeStroke(piece: Piece): Stroke | null {
  const { members, span } = piece;
  if (members.length < MIN_HEIGHT) return null;
  let [left, top, right, bottom] = [span, Number.POSITIVE_INFINITY, 0, 0];
  let runs = 0;
  for (const at of members) {
    const x = (at % span) - 1;
    const y = Math.floor(at / span) - 1;
    if (x < left) left = x;
    if (x >= right) right = x + 1;
    if (y < top) top = y;
    if (y >= bottom) bottom = y + 1;
    if (piece.mask[at - 1] === 0) runs += 1;
  }
  const [wide, high] = [right - left, bottom - top];
  if (high < MIN_HEIGHT || high > MAX_HEIGHT || wide > MAX_WORD_ASPECT * high) return null;
  // Touching characters have many upright strokes side by side, a bright line has one.
  if (wide > MAX_ASPECT * high && runs < UPRIGHTS * wide) return null;
  const filling = members.length / (wide * high);
  if (wide > SLIM * high && (filling > MAX_FILLING || filling < MIN_FILLING)) return null;
  const { peak, evenness } = greyOf(piece);
  if (continuesBeyond(piece, peak)) return null;
  const characters = wide > MAX_ASPECT * high ? Math.round(wide / (PITCH * high)) : 1;
  return { left, top, right, bottom, peak, evenness, characters };
}

function greyOf({ members, grey }: Piece): { readonly peak: number; readonly evenness: number } {
  const histogram = new Uint32Array(256);
  for (const at of members) {
    const value = grey[at] as number;
    histogram[value] = (histogram[value] as number) + 1;
  }
  let peak = 255;
  let above = histogram[peak] as number;
  while (above < 0.1 * members.length) above += histogram[--peak] as number;
  let even = 0;
  for (let value = Math.max(0, peak - EVEN_DIFFERENCE); value < 256; value++) even += histogram[value] as number;
  return { peak, evenness: even / members.length };
}

/**
 * Whether the piece borders on equally bright pixels that are not thin: it is then a corner or an edge of something
 * larger.
 */
function continuesBeyond({ members, grey, mask, span }: Piece, peak: number): boolean {
  let [edges, bright] = [0, 0];
  for (const at of members) {
    for (const step of [-span, -1, 1, span]) {
      if (mask[at + step] !== 0) continue;
      edges += 1;
      if ((grey[at + step] as number) >= peak - JOINED_DIFFERENCE) bright += 1;
    }
  }
  return bright > MAX_JOINED * edges;
}

/**
 * Whether the pixel belongs to something narrow in either direction: within fewer than `STROKE_LIMIT` pixels in that
 * direction both sides have become darker by `CONTRAST`. Equivalent to a top-hat by a line of that length (the picture
 * minus its opening; Serra, "Image Analysis and Mathematical Morphology", 1982), for bright pixels only. `framed`: the
 * picture in a margin of `STROKE_LIMIT` white pixels, because nothing is known beyond the border.
 */
function isThin(framed: Uint8Array, at: number, span: number): boolean {
  const limit = (framed[at] as number) - CONTRAST;
  return isNarrow(framed, at, 1, limit) || isNarrow(framed, at, span, limit);
}

/** Of two sides that together are narrower than 7 pixels and more, one is reached within three. */
function isNarrow(framed: Uint8Array, at: number, step: number, limit: number): boolean {
  const back = nearestOfThree(framed, at, -step, limit);
  if (back > 0) return isReached(framed, at, step, 1, STROKE_LIMIT - back, limit);
  const on = nearestOfThree(framed, at, step, limit);
  return on > 0 && isReached(framed, at, -step, 4, STROKE_LIMIT - on, limit);
}

/** Distance in steps to the first of three pixels that is not above the limit; 0 if there is none. */
function nearestOfThree(framed: Uint8Array, at: number, step: number, limit: number): number {
  if ((framed[at + step] as number) <= limit) return 1;
  if ((framed[at + 2 * step] as number) <= limit) return 2;
  return (framed[at + 3 * step] as number) <= limit ? 3 : 0;
}

function isReached(framed: Uint8Array, at: number, step: number, from: number, to: number, limit: number): boolean {
  for (let distance = from; distance <= to; distance++) {
    if ((framed[at + distance * step] as number) <= limit) return true;
  }
  return false;
}
