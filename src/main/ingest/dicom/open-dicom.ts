import type { DataSet } from 'dicom-parser';
import type { Raster } from '#shared/imaging/raster';
import type { Intensity } from '#shared/models/pipeline';
import type { IntensityWindow, ValueRange } from '../types';
import { isColour, toRgb } from './colour/to-rgb';
import type { ImageAttributes } from './image-attributes';
import { toGreyFrame } from './intensity/grey-frame';
import { rangeOf } from './intensity/statistics';
import { greyForDisplay, greyForModel } from './intensity/to-bytes';
import type { Notes } from './notes';
import type { ParsedDicom } from './parse';
import { readPixelAspect } from './pixel-aspect';
import { readDicomFrame } from './read-frame';
import type { StoredValues } from './stored-values';

/** One frame, ready for display or training. */
export interface OpenFrame {
  readonly image: ImageAttributes;
  readonly stored: StoredValues;
  readonly colour: boolean;
  readonly window: IntensityWindow | null;
  /** After the modality LUT, without padding; for colour, over all three channels. */
  readonly range: ValueRange;
  /** Pixel height divided by width; 1 if square or unknown. The rasters keep pixels as stored. */
  readonly pixelAspect: number;
  /** Irregularities of the file and how they were handled, for people. */
  readonly notes: readonly string[];
  forModel(intensity: Intensity): Raster;
  forDisplay(window: IntensityWindow | null, invert: boolean): Raster;
}

function invertBytes(bytes: Uint8Array): Uint8Array {
  return bytes.map((value) => 255 - value);
}

/** Windows and VOI LUTs apply to grey images only (PS3.3, C.11.2). */
function noteUnusedWindow({ elements }: DataSet, notes: Notes): void {
  if (elements['x00281050'] === undefined && elements['x00283010'] === undefined) return;
  notes.add('The window of the file is ignored, because the image is in colour.');
}

/**
 * Reads one frame and provides its two conversions to 8 bits: the model's (recorded, deterministic) and the display's.
 * Colour is not windowed.
 * @throws as `readDicomFrame`
 */
export async function openDicomFrame(parsed: ParsedDicom, frame: number): Promise<OpenFrame> {
  const notes = new Set(parsed.warnings);
  const { image, stored } = await readDicomFrame(parsed, frame, notes);
  const { dataSet } = parsed;
  const pixelAspect = readPixelAspect(dataSet, frame, notes);
  const size = { width: image.columns, height: image.rows };
  if (isColour(stored)) {
    const rgb = toRgb(stored, image, dataSet, notes);
    noteUnusedWindow(dataSet, notes);
    return {
      image,
      stored,
      colour: true,
      window: null,
      range: { min: 0, max: 255 },
      pixelAspect,
      notes: [...notes],
      forModel: () => ({ ...size, channels: 3, data: rgb }),
      forDisplay: (_window, invert) => ({ ...size, channels: 3, data: invert ? invertBytes(rgb) : rgb }),
    };
  }
  const grey = toGreyFrame(dataSet, frame, image, stored, notes);
  return {
    image,
    stored,
    colour: false,
    window: grey.voi.windows[0] ?? null,
    range: rangeOf(grey.counted),
    pixelAspect,
    notes: [...notes],
    forModel: (intensity) => ({ ...size, channels: 1, data: greyForModel(grey, intensity) }),
    forDisplay: (window, invert) => ({ ...size, channels: 1, data: greyForDisplay(grey, window, invert) }),
  };
}
