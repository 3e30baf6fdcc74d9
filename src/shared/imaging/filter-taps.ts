import type { Resample } from '../models/pipeline';
import type { FloatImage } from './block-means';
import { type ResampleFilter, resampleFilters } from './resample-filters';

/** Positions between two pixels at which a filter is tabulated. */
export const PHASES = 256;
/** A triangle filter with a support below two pixels touches at most four of them. */
const FOUR = 4;

/** A filter at `PHASES` positions between two pixels: [PHASES, taps], each row with the sum 1. */
export interface TapTable {
  readonly taps: number;
  readonly weights: Float32Array;
}

const nearest: ResampleFilter = { support: 0.5, weight: (x) => (Math.abs(x) <= 0.5 ? 1 : 0), overshoots: false };
const filterOf = (resample: Resample) => (resample === 'nearest' ? nearest : resampleFilters[resample]);

/**
 * The filter for output pixels that cover `scale` source pixels (1 to below 2), where `phase` / PHASES is the position
 * after the centre of the last tap before the middle.
 */
export function tabulate(resample: Resample, scale: number): TapTable {
  const { support, weight } = filterOf(resample);
  const widening = resample === 'nearest' ? 1 : scale;
  const taps = resample === 'bilinear' ? FOUR : 2 * Math.ceil(support * widening);
  const weights = new Float32Array(PHASES * taps);
  for (let phase = 0; phase < PHASES; phase++) {
    const position = taps / 2 - 1 + (phase + 0.5) / PHASES;
    let sum = 0;
    for (let k = 0; k < taps; k++) sum += weights[phase * taps + k] = weight((k - position) / widening);
    for (let k = 0; k < taps; k++) weights[phase * taps + k] = (weights[phase * taps + k] as number) / sum;
  }
  return { taps, weights };
}

/** The source, the filters along its axes, and the output: [height, width, channels], zero at first. */
export interface Gathering {
  readonly source: FloatImage;
  readonly x: TapTable;
  readonly y: TapTable;
  readonly out: Float32Array;
}

/** Where the output pixels of one line lie in the source. */
export interface LinePositions {
  /** The pixel at or before each position, along x and y; a column of `OUTSIDE` stays zero. */
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  /** The way from there to the next pixel, in `PHASES`. */
  readonly phasesX: Int32Array;
  readonly phasesY: Int32Array;
}
/** Below any column at which a filter is centred. */
export const OUTSIDE = -2;

/** Writes the filtered source at the positions of a line to `out`, from `start` on. */
export function gatherLine(gathering: Gathering, line: LinePositions, start: number, resample: Resample): void {
  const { x, y } = gathering;
  if (resample === 'bilinear' && x.taps === FOUR && y.taps === FOUR) gatherFour(gathering, line, start);
  else gatherMany(gathering, line, start);
  if (filterOf(resample).overshoots) {
    const end = start + line.columns.length * gathering.source.channels;
    const { out } = gathering;
    for (let i = start; i < end; i++) out[i] = Math.min(255, Math.max(0, out[i] as number));
  }
}

/** The usual case, unrolled. */
function gatherFour(gathering: Gathering, line: LinePositions, start: number): void {
  const { source, out, x, y } = gathering;
  const { width, height, channels, data } = source;
  const stride = width * channels;
  const count = line.columns.length;
  for (let place = 0, to = start; place < count; place++, to += channels) {
    const column = line.columns[place] as number;
    const row = line.rows[place] as number;
    if (column === OUTSIDE) continue;
    if (!(column >= 1 && row >= 1 && column + 2 < width && row + 2 < height)) {
      gatherAtBorder(gathering, line, place, to);
      continue;
    }
    const rowX = (line.phasesX[place] as number) * FOUR;
    const rowY = (line.phasesY[place] as number) * FOUR;
    const x0 = x.weights[rowX] as number;
    const x1 = x.weights[rowX + 1] as number;
    const x2 = x.weights[rowX + 2] as number;
    const x3 = x.weights[rowX + 3] as number;
    let at = (row - 1) * stride + (column - 1) * channels;
    if (channels === 1) {
      let sum = 0;
      for (let j = 0; j < FOUR; j++, at += stride) {
        const across =
          (data[at] as number) * x0 +
          (data[at + 1] as number) * x1 +
          (data[at + 2] as number) * x2 +
          (data[at + 3] as number) * x3;
        sum += across * (y.weights[rowY + j] as number);
      }
      out[to] = sum;
      continue;
    }
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let j = 0; j < FOUR; j++, at += stride) {
      const weight = y.weights[rowY + j] as number;
      const w0 = x0 * weight;
      const w1 = x1 * weight;
      const w2 = x2 * weight;
      const w3 = x3 * weight;
      red += (data[at] as number) * w0 + (data[at + 3] as number) * w1;
      green += (data[at + 1] as number) * w0 + (data[at + 4] as number) * w1;
      blue += (data[at + 2] as number) * w0 + (data[at + 5] as number) * w1;
      red += (data[at + 6] as number) * w2 + (data[at + 9] as number) * w3;
      green += (data[at + 7] as number) * w2 + (data[at + 10] as number) * w3;
      blue += (data[at + 8] as number) * w2 + (data[at + 11] as number) * w3;
    }
    out[to] = red;
    out[to + 1] = green;
    out[to + 2] = blue;
  }
}

function gatherMany(gathering: Gathering, line: LinePositions, start: number): void {
  const { source, out, x, y } = gathering;
  const { width, height, channels, data } = source;
  const stride = width * channels;
  const count = line.columns.length;
  for (let place = 0, to = start; place < count; place++, to += channels) {
    const column = line.columns[place] as number;
    if (column === OUTSIDE) continue;
    const left = column - x.taps / 2 + 1;
    const top = (line.rows[place] as number) - y.taps / 2 + 1;
    if (!(left >= 0 && top >= 0 && left + x.taps <= width && top + y.taps <= height)) {
      gatherAtBorder(gathering, line, place, to);
      continue;
    }
    const rowX = (line.phasesX[place] as number) * x.taps;
    const rowY = (line.phasesY[place] as number) * y.taps;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let j = 0; j < y.taps; j++) {
        let at = (top + j) * stride + left * channels + c;
        let across = 0;
        for (let i = 0; i < x.taps; i++, at += channels)
          across += (data[at] as number) * (x.weights[rowX + i] as number);
        sum += across * (y.weights[rowY + j] as number);
      }
      out[to + c] = sum;
    }
  }
}

/** At the border the filter is renormalised over the taps inside, like Pillow's. */
function gatherAtBorder({ source, x, y, out }: Gathering, line: LinePositions, place: number, to: number): void {
  const { width, height, channels, data } = source;
  const left = (line.columns[place] as number) - x.taps / 2 + 1;
  const top = (line.rows[place] as number) - y.taps / 2 + 1;
  const rowX = (line.phasesX[place] as number) * x.taps;
  const rowY = (line.phasesY[place] as number) * y.taps;
  let total = 0;
  for (let j = Math.max(0, -top); j < y.taps && top + j < height; j++) {
    for (let i = Math.max(0, -left); i < x.taps && left + i < width; i++) {
      const weight = (x.weights[rowX + i] as number) * (y.weights[rowY + j] as number);
      const from = ((top + j) * width + left + i) * channels;
      total += weight;
      for (let c = 0; c < channels; c++) out[to + c] = (out[to + c] as number) + (data[from + c] as number) * weight;
    }
  }
  for (let c = 0; c < channels; c++) out[to + c] = (out[to + c] as number) / total;
}
