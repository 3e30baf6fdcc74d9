import { textGrid } from './burned-in-text';
import { toGrey } from './grey';
import { borderCells, MEASURE_GRID, type PictureMeasures } from './picture-measures';
import type { Raster } from './raster';

/** Grey values below the first count as dark, above the second as bright. */
const DARK = 8;
const BRIGHT = 247;
/** Difference of two channels above which a pixel is coloured: JPEG artefacts of grey stay below. */
const COLOURED = 8;

/**
 * Measures a canonical raster. About 4 to 8 ms for 683 x 512 pixels, most of it for text (`docs/picture-measures.md`).
 */
export function measurePicture(raster: Raster): PictureMeasures {
  const grey = toGrey(raster);
  return { ...greyValues(grey), colour: colouredShare(raster), border: borderMeans(grey), text: textGrid(raster) };
}

type GreyValues = Pick<PictureMeasures, 'mean' | 'deviation' | 'dark' | 'bright' | 'entropy' | 'sharpness'>;

function greyValues({ width, height, data }: Raster): GreyValues {
  const histogram = new Uint32Array(256);
  let differences = 0;
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    const above = y === 0 ? row : data.subarray((y - 1) * width, y * width);
    let left = row[0] as number;
    for (let x = 0; x < width; x++) {
      const value = row[x] as number;
      histogram[value] = (histogram[value] as number) + 1;
      differences += Math.abs(value - left) + Math.abs(value - (above[x] as number));
      left = value;
    }
  }
  const pixels = width * height;
  let [sum, squares, dark, bright, entropy] = [0, 0, 0, 0, 0];
  for (const [value, count] of histogram.entries()) {
    if (count === 0) continue;
    sum += count * value;
    squares += count * value * value;
    if (value < DARK) dark += count;
    if (value > BRIGHT) bright += count;
    entropy -= (count / pixels) * Math.log2(count / pixels);
  }
  const mean = sum / pixels;
  return {
    mean,
    deviation: Math.sqrt(Math.max(0, squares / pixels - mean * mean)),
    dark: dark / pixels,
    bright: bright / pixels,
    entropy: Math.max(0, entropy),
    sharpness: differences / Math.max(1, (width - 1) * height + width * (height - 1)),
  };
}

function colouredShare({ width, height, channels, data }: Raster): number {
  if (channels === 1) return 0;
  let coloured = 0;
  for (let at = 0; at < data.length; at += 3) {
    const [red, green, blue] = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > COLOURED) coloured += 1;
  }
  return coloured / (width * height);
}

/**
 * Means of the cells along the border. If the picture is narrower than the grid, a cell is the one pixel that it falls
 * on.
 */
function borderMeans({ width, height, data }: Raster): Uint8Array {
  const edges = (length: number) =>
    Array.from({ length: MEASURE_GRID }, (_, cell) => {
      const from = Math.floor((cell * length) / MEASURE_GRID);
      return { from, to: Math.max(from + 1, Math.floor(((cell + 1) * length) / MEASURE_GRID)) };
    });
  const columns = edges(width);
  const rows = edges(height);
  return Uint8Array.from(borderCells, ({ row, column }) => {
    const { from: top, to: bottom } = rows[row] as { from: number; to: number };
    const { from: left, to: right } = columns[column] as { from: number; to: number };
    let sum = 0;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += data[y * width + x] as number;
    return Math.round(sum / ((bottom - top) * (right - left)));
  });
}
