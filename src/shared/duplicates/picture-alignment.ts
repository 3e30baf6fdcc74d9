import { toGrey } from '../imaging/grey';
import type { Raster } from '../imaging/raster';
import { resizeBilinear } from '../imaging/resize';

/** Long side at which pictures are compared: finer detail differs between two compressions of one picture. */
const SIDE = 128;
/** Long side of the larger picture in the first, coarse search. */
const COARSE = 24;
/** Long sides of the smaller picture in the refinement levels. */
const REFINED = [40, 72];
/**
 * Smallest ratio of the long sides of the smaller and the larger picture, which bounds how much may have been cropped.
 */
const MIN_SCALE = 0.55;
const SCALE_STEP = 1.1;
/** Pictures must share this much of the smaller one. */
const MIN_OVERLAP = 0.5;
/** Further angles, in degrees, to try if no quarter turn shows the same picture. */
const TILTS = [-12, -6, 6, 12];
/** Places of the coarse search that are refined. */
const REFINED_PLACES = 4;
/** Radius of the neighbourhood whose brightness and contrast are removed, as a share of the long side. */
const NEIGHBOURHOOD = { coarse: 0.09, fine: 0.05 };
/** Correlation below which a place is dropped after the first refinement: copies have 0.7 and more there. */
const MIN_REFINED_SCORE = 0.4;
/** Deviation in grey levels that is no more than rounding and compression. */
const QUANTISATION = 0.5;
/** Blocks along each side of the first picture in which agreement is measured. */
const BLOCKS = 5;
/** A block with a smaller share of the pictures' mean energy is too empty to compare. */
const MIN_ENERGY = 0.25;

/**
 * Correlation of the detail of two aligned pictures from which they are the same. Two compressions, sizes or contrasts
 * of one picture have 0.9; different pictures of one kind seldom have 0.4.
 */
export const SAME_PICTURE = 0.75;

/** Position of the second picture on the first. */
export interface Alignment {
  /** Correlation of their detail where they overlap, -1 to 1. */
  readonly similarity: number;
  readonly mirrored: boolean;
  /** Clockwise, degrees. */
  readonly turned: number;
  /** Share of the smaller picture that both show. */
  readonly overlap: number;
}

/** “mirrored, rotated by 90°”; empty if both pictures have the same orientation. */
export function alignmentText({ mirrored, turned }: Pick<Alignment, 'mirrored' | 'turned'>): string {
  return [mirrored ? 'mirrored' : '', turned === 0 ? '' : `rotated by ${turned}°`]
    .filter((one) => one !== '')
    .join(', ');
}

/** Detail of a picture: each pixel minus the mean of its neighbourhood, over its deviation. [height, width] */
interface Detail {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Position of the second picture, in pixels of the first at the size of a level. */
interface Place {
  readonly a: Raster;
  /** Already rotated. */
  readonly b: Raster;
  readonly orientation: number;
  /** Sizes of both, at the level where the larger has `COARSE`. */
  readonly sizeA: readonly [number, number];
  readonly sizeB: readonly [number, number];
  /** Top left of the second on the first. */
  readonly x: number;
  readonly y: number;
  readonly tilt: number;
  readonly score: number;
}

/**
 * Finds the best fit of the second picture on the first, allowing mirroring, quarter turns (and up to 15 degrees more),
 * cropping to half of its sides, scaling and stretching, and measures their similarity there. Brightness and contrast
 * are removed by neighbourhood, so that windows, gamma and local equalisation make no difference. Takes about 0.1 s.
 */
export function alignPictures(first: Raster, second: Raster): Alignment {
  const a = shrink(first);
  const turned = orientations(shrink(second));
  const straight = refineBest(turned.flatMap((b, orientation) => coarsePlaces(a, b, orientation, 0)));
  if (straight.similarity >= SAME_PICTURE) return straight;
  const tilted = refineBest(
    turned.flatMap((b, orientation) => TILTS.flatMap((tilt) => coarsePlaces(a, b, orientation, tilt))),
  );
  return tilted.similarity > straight.similarity ? tilted : straight;
}

/**
 * Similarity of two pictures in their given orientation, stretched to one size, with small shifts and changes of scale.
 * Takes a few milliseconds.
 */
export function compareUpright(first: Raster, second: Raster): Alignment {
  const a = shrink(first);
  const scale = COARSE / Math.max(a.width, a.height);
  const size: readonly [number, number] = [a.width * scale, a.height * scale];
  const place = { a, b: shrink(second), orientation: 0, sizeA: size, sizeB: size, x: 0, y: 0, tilt: 0, score: 0 };
  return refine(place);
}

function refineBest(places: Place[]): Alignment {
  const chosen = places.sort((p, q) => q.score - p.score).slice(0, REFINED_PLACES);
  return chosen
    .map((place) => refine(place))
    .reduce((best, one) => (one.similarity > best.similarity ? one : best), {
      similarity: 0,
      mirrored: false,
      turned: 0,
      overlap: 0,
    });
}

function shrink(raster: Raster): Raster {
  const grey = toGrey(raster);
  const scale = Math.min(1, SIDE / Math.max(grey.width, grey.height));
  return scale === 1 ? grey : resizeBilinear(grey, side(grey.width * scale), side(grey.height * scale));
}

const side = (length: number): number => Math.max(1, Math.round(length));

/** The picture in its eight orientations: quarter turns clockwise, then the same of its mirror image. */
function orientations(raster: Raster): Raster[] {
  const mirrored = mapped(raster, raster.width, raster.height, (x, y) => [raster.width - 1 - x, y]);
  return [raster, mirrored].flatMap((one) => {
    const list = [one];
    for (let turn = 1; turn < 4; turn++) {
      const last = list[turn - 1] as Raster;
      list.push(mapped(last, last.height, last.width, (x, y) => [y, last.height - 1 - x]));
    }
    return list;
  });
}

function mapped(
  source: Raster,
  width: number,
  height: number,
  from: (x: number, y: number) => readonly [number, number],
): Raster {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = from(x, y);
      data[y * width + x] = source.data[sy * source.width + sx] as number;
    }
  }
  return { width, height, channels: 1, data };
}

function detail(raster: Raster, width: number, height: number, neighbourhood: number): Detail {
  const grey = resizeBilinear(raster, side(width), side(height));
  const values = Float32Array.from(grey.data);
  const radius = Math.max(1, Math.round(neighbourhood * Math.max(grey.width, grey.height)));
  const mean = boxMean(values, grey.width, grey.height, radius);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) - (mean[i] as number);
  const squares = values.map((value) => value * value);
  const variance = boxMean(squares, grey.width, grey.height, radius);
  const deviations = variance.map((value) => Math.sqrt(Math.max(0, value)));
  const floor = noiseFloor(deviations);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / ((deviations[i] as number) + floor);
  return { width: grey.width, height: grey.height, values };
}

/**
 * Added to deviations, so that noise in nearly uniform regions does not count as much as visible detail: a share of the
 * median deviation, whatever the extremes, such as the edge of a body on black.
 */
function noiseFloor(deviations: Float32Array): number {
  const visible = deviations.filter((value) => value > QUANTISATION).sort();
  return Math.max(QUANTISATION, 0.3 * (visible[Math.floor(visible.length / 2)] ?? 0));
}

/** Mean over the square of side `2 radius + 1` around each pixel, clipped to the picture. */
function boxMean(values: Float32Array, width: number, height: number, radius: number): Float32Array {
  const sums = integral(values, width, height);
  const means = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - radius), Math.min(height, y + radius + 1)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
      means[y * width + x] = boxSum(sums, width, left, top, right, bottom) / ((right - left) * (bottom - top));
    }
  }
  return means;
}

/** Summed-area table, [height + 1, width + 1]: sums of the values above and to the left. */
function integral(values: Float32Array, width: number, height: number): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += values[y * width + x] as number;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] as number) + row;
    }
  }
  return sums;
}

function boxSum(sums: Float64Array, width: number, left: number, top: number, right: number, bottom: number): number {
  const at = (x: number, y: number) => sums[y * (width + 1) + x] as number;
  return at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
}

/** The best places of one orientation of the second picture on the first, over scales and offsets. */
function coarsePlaces(a: Raster, b: Raster, orientation: number, tilt: number): Place[] {
  const places: Place[] = [];
  const longA = Math.max(a.width, a.height);
  const longB = Math.max(b.width, b.height);
  const tryScale = (sizeA: readonly [number, number], sizeB: readonly [number, number]) => {
    const one = detail(a, ...sizeA, NEIGHBOURHOOD.coarse);
    const two = detail(b, ...sizeB, NEIGHBOURHOOD.coarse);
    const other = tilt === 0 ? two : tilted(two, tilt);
    places.push({ a, b, orientation, sizeA, sizeB, tilt, ...bestOffset(one, other) });
  };
  for (let scale = 1; scale >= MIN_SCALE; scale /= SCALE_STEP) {
    const full = (raster: Raster, long: number): [number, number] => [
      (raster.width * COARSE) / long,
      (raster.height * COARSE) / long,
    ];
    const [wa, ha] = full(a, longA);
    const [wb, hb] = full(b, longB);
    tryScale([wa, ha], [wb * scale, hb * scale]);
    if (scale < 1) tryScale([wa * scale, ha * scale], [wb, hb]);
  }
  // Stretched instead of cropped.
  const sizeA: [number, number] = [(a.width * COARSE) / longA, (a.height * COARSE) / longA];
  if (Math.abs(Math.log((a.width * b.height) / (a.height * b.width))) > 0.05) tryScale(sizeA, sizeA);
  return places;
}

function tilted(picture: Detail, degrees: number): Detail {
  const { width, height } = picture;
  const values = new Float32Array(width * height);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      values[y * width + x] = sample(
        picture,
        cx + cos * (x - cx) - sin * (y - cy),
        cy + sin * (x - cx) + cos * (y - cy),
      );
    }
  }
  return { width, height, values };
}

/** Bilinear; outside the picture 0, which is the mean of all detail. */
function sample({ width, height, values }: Detail, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
    const inside = x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1;
    return inside ? (values[Math.round(y) * width + Math.round(x)] as number) : 0;
  }
  const [fx, fy] = [x - left, y - top];
  const at = top * width + left;
  const upper = (values[at] as number) * (1 - fx) + (values[at + 1] as number) * fx;
  const lower = (values[at + width] as number) * (1 - fx) + (values[at + width + 1] as number) * fx;
  return upper * (1 - fy) + lower * fy;
}

/** The offset with the highest correlation in the overlap. */
function bestOffset(a: Detail, b: Detail): { x: number; y: number; score: number } {
  const squaresA = integral(
    a.values.map((value) => value * value),
    a.width,
    a.height,
  );
  const squaresB = integral(
    b.values.map((value) => value * value),
    b.width,
    b.height,
  );
  const minPixels = MIN_OVERLAP * Math.min(a.width * a.height, b.width * b.height);
  let found = { x: 0, y: 0, score: -1 };
  for (let y = 1 - b.height; y < a.height; y++) {
    const [top, bottom] = [Math.max(0, y), Math.min(a.height, y + b.height)];
    for (let x = 1 - b.width; x < a.width; x++) {
      const [left, right] = [Math.max(0, x), Math.min(a.width, x + b.width)];
      if ((right - left) * (bottom - top) < minPixels) continue;
      let dot = 0;
      for (let row = top; row < bottom; row++) {
        const end = row * a.width + right;
        for (let p = row * a.width + left, q = (row - y) * b.width + left - x; p < end; p++, q++) {
          dot += (a.values[p] as number) * (b.values[q] as number);
        }
      }
      const norms =
        boxSum(squaresA, a.width, left, top, right, bottom) *
        boxSum(squaresB, b.width, left - x, top - y, right - x, bottom - y);
      const score = norms > 1e-9 ? dot / Math.sqrt(norms) : 0;
      if (score > found.score) found = { x, y, score };
    }
  }
  return found;
}

/** Adjustments of a place: offsets in pixels, scale and aspect as logarithms, tilt in degrees. */
type Change = [x: number, y: number, scale: number, aspect: number, tilt: number];
const FIRST_STEPS: Change = [1, 1, 0.03, 0.02, 3];
const HALVINGS = 4;

/** Climbs from a coarse place to the best one nearby, at finer and finer levels. */
function refine(place: Place): Alignment {
  const shorter = Math.min(Math.max(...place.sizeA), Math.max(...place.sizeB));
  let change: Change = [place.x / COARSE, place.y / COARSE, 0, 0, place.tilt];
  let found = { score: -1, overlap: 0 };
  let agreement = -1;
  for (const [level, long] of REFINED.entries()) {
    const zoom = long / shorter;
    const a = detail(place.a, place.sizeA[0] * zoom, place.sizeA[1] * zoom, NEIGHBOURHOOD.fine);
    const b = detail(place.b, place.sizeB[0] * zoom, place.sizeB[1] * zoom, NEIGHBOURHOOD.fine);
    const unit = COARSE * zoom;
    const score = (of: Change) => overlapScore(a, b, [of[0] * unit, of[1] * unit, of[2], of[3], of[4]]);
    found = score(change);
    const steps = FIRST_STEPS.map((step, index) => (index < 2 ? step / COARSE : step) / 2 ** (2 * level)) as Change;
    for (let halving = 0; halving < HALVINGS; halving++) {
      for (let moved = true, rounds = 0; moved && rounds < 4; rounds++) {
        moved = false;
        for (const [index, step] of steps.entries()) {
          for (const sign of [1, -1]) {
            const next = change.map((value, at) => (at === index ? value + sign * step : value)) as Change;
            const tried = score(next);
            if (tried.score <= found.score + 1e-4) continue;
            [change, found, moved] = [next, tried, true];
            break;
          }
        }
      }
      for (let index = 0; index < steps.length; index++) steps[index] = (steps[index] as number) / 2;
    }
    if (found.score < MIN_REFINED_SCORE) break;
    agreement = blockAgreement(a, b, [change[0] * unit, change[1] * unit, change[2], change[3], change[4]]);
  }
  const quarters = 90 * (place.orientation % 4);
  return {
    similarity: Math.min(found.score, agreement),
    mirrored: place.orientation >= 4,
    turned: toSigned(quarters + Math.round(change[4])),
    overlap: found.overlap,
  };
}

/** Degrees from -179 to 180. */
const toSigned = (degrees: number): number => ((((degrees + 179) % 360) + 360) % 360) - 179;

/** Visits the pixels of the first picture that the second covers, with the detail of both there. */
function overlapping(
  a: Detail,
  b: Detail,
  [x, y, logScale, logAspect, degrees]: Change,
  visit: (column: number, row: number, first: number, second: number) => void,
): void {
  const [sx, sy] = [Math.exp(-logScale - logAspect), Math.exp(-logScale + logAspect)];
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [bx, by] = [(b.width - 1) / 2, (b.height - 1) / 2];
  const [ax, ay] = [x + bx, y + by];
  for (let row = 0; row < a.height; row++) {
    for (let column = 0; column < a.width; column++) {
      const [dx, dy] = [column - ax, row - ay];
      const u = bx + sx * (cos * dx - sin * dy);
      const v = by + sy * (sin * dx + cos * dy);
      if (u < 0 || v < 0 || u > b.width - 1 || v > b.height - 1) continue;
      visit(column, row, a.values[row * a.width + column] as number, sample(b, u, v));
    }
  }
}

/** Correlation with the top left of the second picture at (x, y) on the first, scaled and tilted about its centre. */
function overlapScore(a: Detail, b: Detail, change: Change): { readonly score: number; readonly overlap: number } {
  let [dot, own, other, count] = [0, 0, 0, 0];
  overlapping(a, b, change, (_column, _row, p, q) => {
    dot += p * q;
    own += p * p;
    other += q * q;
    count += 1;
  });
  const overlap = count / Math.min(a.width * a.height, b.width * b.height * Math.exp(2 * change[2]));
  const score = overlap < MIN_OVERLAP || own * other < 1e-9 ? -1 : dot / Math.sqrt(own * other);
  return { score, overlap: Math.min(1, overlap) };
}

/**
 * Lower quartile of the correlations in blocks of the first picture: a copy agrees nearly everywhere, while two
 * radiographs of one projection agree along the outline of the body and differ inside. -1 if no block has enough
 * energy.
 */
function blockAgreement(a: Detail, b: Detail, change: Change): number {
  const sums = new Float64Array(BLOCKS * BLOCKS * 3);
  let energy = 0;
  overlapping(a, b, change, (column, row, p, q) => {
    const block = Math.floor((row * BLOCKS) / a.height) * BLOCKS + Math.floor((column * BLOCKS) / a.width);
    sums[3 * block] = (sums[3 * block] as number) + p * q;
    sums[3 * block + 1] = (sums[3 * block + 1] as number) + p * p;
    sums[3 * block + 2] = (sums[3 * block + 2] as number) + q * q;
    energy += p * p + q * q;
  });
  const minEnergy = (MIN_ENERGY * energy) / (BLOCKS * BLOCKS);
  const correlations: number[] = [];
  for (let block = 0; block < BLOCKS * BLOCKS; block++) {
    const [dot = 0, own = 0, other = 0] = sums.subarray(3 * block, 3 * block + 3);
    if (own + other >= minEnergy && own + other > 0)
      correlations.push(own * other === 0 ? 0 : dot / Math.sqrt(own * other));
  }
  correlations.sort((one, other) => one - other);
  return correlations[Math.floor(correlations.length / 4)] ?? -1;
}
