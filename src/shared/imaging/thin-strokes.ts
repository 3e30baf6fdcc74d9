import type { Raster } from './raster';

/** A connected piece of thin pixels that stand out, such as a character. `right` and `bottom` lie beyond it. */
export interface Stroke {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Grey value that a tenth of its pixels reaches. */
  readonly peak: number;
  /** Share of its pixels within 20 of the peak: drawn strokes have one grey value, but for their smoothed edge. */
  readonly even: number;
  /** Characters that it has room for: more than one where they touch. */
  readonly characters: number;
}

/** Strokes are narrower than this, pixels. */
const BROAD = 7;
/** How far a stroke stands out from what is around it, and its least grey value. */
const CONTRAST = 50;
const BRIGHT = 110;
/** Where more pixels stand out than even a page of text has, it is noise. */
const MOST_STANDING_OUT = 0.15;
/** Heights of characters, pixels. */
const LOWEST = 6;
const HIGHEST = 48;
/** A character is at most this much wider than high; beyond it characters touch. */
const WIDEST = 1.5;
const WIDEST_WORD = 8;
/** Usual width of a character and its gap in heights. */
const PITCH = 0.75;
const EVEN = 20;
/** Starts of runs in all rows of touching characters, in widths: about 1.6 upright strokes a character. */
const UPRIGHTS = 1.2;
/** Narrower pieces (in heights), such as I and 1, may fill their box; others fill it by these shares. */
const SLIM = 0.4;
const FULLEST = 0.85;
const EMPTIEST = 0.15;
/** Of a stroke's edge, how much may border on pixels nearly as bright as itself. */
const MOST_JOINED = 0.15;
const AS_BRIGHT = 30;

/** Values of the mask: pixels of strokes that are still to be gathered, and those that are. */
const WAITING = 1;
const GATHERED = 2;

/** Connected bright thin pieces. What is no character by its size, shape and filling is left out. */
export function findStrokes({ width, height, data }: Raster): Stroke[] {
  // A margin of one black pixel, so that neighbours need no bounds.
  const span = width + 2;
  const grey = new Uint8Array(span * (height + 2));
  const mask = new Uint8Array(grey.length);
  let count = 0;
  for (let y = 0; y < height; y++) {
    const row = (y + 1) * span + 1;
    grey.set(data.subarray(y * width, (y + 1) * width), row);
    for (let x = 0, at = y * width; x < width; x++, at++) {
      if ((data[at] as number) < BRIGHT || !isThin(data, at, x, y, width, height)) continue;
      mask[row + x] = WAITING;
      count += 1;
    }
  }
  if (count > MOST_STANDING_OUT * data.length) return [];
  const strokes: Stroke[] = [];
  const queue = new Int32Array(count);
  const around = [-span - 1, -span, -span + 1, -1, 1, span - 1, span, span + 1];
  for (let start = span; start < mask.length - span; start++) {
    if (mask[start] !== WAITING) continue;
    mask[start] = GATHERED;
    queue[0] = start;
    let length = 1;
    for (let next = 0; next < length; next++) {
      for (const step of around) {
        const at = (queue[next] as number) + step;
        if (mask[at] !== WAITING) continue;
        mask[at] = GATHERED;
        queue[length++] = at;
      }
    }
    const stroke = describeStroke({ members: queue.subarray(0, length), grey, mask, span });
    // What the upper or lower border cuts cannot be told from tissue.
    if (stroke !== null && stroke.top > 0 && stroke.bottom < height) strokes.push(stroke);
  }
  return strokes;
}

/** Places of connected pixels in a picture and its mask, both `span` wide with a margin of one pixel. */
interface Piece {
  readonly members: Int32Array;
  readonly grey: Uint8Array;
  readonly mask: Uint8Array;
  readonly span: number;
}

function describeStroke(piece: Piece): Stroke | null {
  const { members, span } = piece;
  if (members.length < LOWEST) return null;
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
  if (high < LOWEST || high > HIGHEST || wide > WIDEST_WORD * high) return null;
  // Touching characters have many upright strokes side by side, a bright line has one.
  if (wide > WIDEST * high && runs < UPRIGHTS * wide) return null;
  const filling = members.length / (wide * high);
  if (wide > SLIM * high && (filling > FULLEST || filling < EMPTIEST)) return null;
  const { peak, even } = greyOf(piece);
  if (isPartOfMore(piece, peak)) return null;
  const characters = wide > WIDEST * high ? Math.round(wide / (PITCH * high)) : 1;
  return { left, top, right, bottom, peak, even, characters };
}

function greyOf({ members, grey }: Piece): { readonly peak: number; readonly even: number } {
  const histogram = new Uint32Array(256);
  for (const at of members) {
    const value = grey[at] as number;
    histogram[value] = (histogram[value] as number) + 1;
  }
  let peak = 255;
  let above = histogram[peak] as number;
  while (above < 0.1 * members.length) above += histogram[--peak] as number;
  let even = 0;
  for (let value = Math.max(0, peak - EVEN); value < 256; value++) even += histogram[value] as number;
  return { peak, even: even / members.length };
}

/** Whether it goes on in pixels as bright that are not thin: then it is a corner or an edge of something larger. */
function isPartOfMore({ members, grey, mask, span }: Piece, peak: number): boolean {
  let [edges, bright] = [0, 0];
  for (const at of members) {
    for (const step of [-span, -1, 1, span]) {
      if (mask[at + step] !== 0) continue;
      edges += 1;
      if ((grey[at + step] as number) >= peak - AS_BRIGHT) bright += 1;
    }
  }
  return bright > MOST_JOINED * edges;
}

/**
 * Whether the pixel is part of something narrow across or up and down: within fewer than `BROAD` pixels in that
 * direction both sides have become darker by `CONTRAST`. This is what a top-hat by a line of that length shows (the
 * picture less its opening; Serra, "Image Analysis and Mathematical Morphology", 1982), for bright pixels only.
 */
function isThin(data: Uint8Array, at: number, x: number, y: number, width: number, height: number): boolean {
  const limit = (data[at] as number) - CONTRAST;
  return isNarrow(data, at, 1, x, width - 1 - x, limit) || isNarrow(data, at, width, y, height - 1 - y, limit);
}

/** `before` and `after`: pixels to the border on either side, beyond which nothing is known. */
function isNarrow(data: Uint8Array, at: number, step: number, before: number, after: number, limit: number): boolean {
  let back = 1;
  while (back < BROAD && back <= before && (data[at - back * step] as number) > limit) back += 1;
  if (back === BROAD || back > before) return false;
  let on = 1;
  while (back + on <= BROAD && on <= after && (data[at + on * step] as number) > limit) on += 1;
  return back + on <= BROAD && on <= after;
}
