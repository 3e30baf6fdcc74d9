import type { Raster } from '#shared/imaging/raster';
import type { Intensity, WideSamples } from '#shared/models/pipeline';
import type { GreyFrame } from '../dicom/intensity/grey-frame';
import { type CountedValues, countValues, rangeOf } from '../dicom/intensity/statistics';
import { greyForDisplay, greyForModel } from '../dicom/intensity/to-bytes';
import type { IntensityWindow, ValueRange } from '../types';
import { type Bitmap, decodeBitmap } from './decode-bitmap';

/** A PNG or JPEG, ready for display or training; the counterpart of a frame from `openDicomFrame`. */
export interface OpenBitmap {
  readonly stored: Bitmap;
  readonly bits: 8 | 16;
  /** The value span declared by a 16-bit PNG; null if undeclared, and for 8 bits. */
  readonly window: IntensityWindow | null;
  readonly range: ValueRange;
  /** Pixel height divided by width. */
  readonly pixelAspect: number;
  /** Sentences for people. */
  readonly notes: readonly string[];
  /** Without `wideSamples`, reads 16 bits as earlier versions did, for their runs. */
  forModel(intensity: Intensity, wideSamples: WideSamples | undefined): Raster;
  /** A window applies to grey images only, as in DICOM. */
  forDisplay(window: IntensityWindow | null, invert: boolean): Raster;
}

const BYTE_RANGE: ValueRange = { min: 0, max: 255 };
/** 8-bit values written as 16 bits are multiplied by this: 255 becomes 65,535. */
const WIDENED_BYTE = 257;

/** round(v / 257). A loop, because `Uint8Array.from` takes half a minute for the largest image. */
function scaleToBytes(samples: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Math.round((samples[at] as number) / WIDENED_BYTE);
  return bytes;
}

/** The window that maps `low` to black and `high` to white, as LINEAR_EXACT (PS3.3, C.11.2.1.3.2). */
const spanWindow = (low: number, high: number): IntensityWindow => ({ center: (low + high) / 2, width: high - low });

/** Reduces three equal 16-bit channels to one. */
function reduceToGrey({ channels, samples }: Bitmap): Pick<Bitmap, 'channels' | 'samples'> {
  if (channels === 1 || samples instanceof Uint8Array) return { channels, samples };
  for (let at = 0; at < samples.length; at += 3) {
    if (samples[at] !== samples[at + 1] || samples[at] !== samples[at + 2]) return { channels, samples };
  }
  const grey = new Uint16Array(samples.length / 3);
  for (let pixel = 0; pixel < grey.length; pixel++) grey[pixel] = samples[3 * pixel] as number;
  return { channels: 1, samples: grey };
}

/**
 * Whether `value` is a `bits`-bit value scaled up to 16: shifted, or by v · 65,535 / (2^bits - 1), which repeating the
 * bits approximates to less than 1 (PNG 3rd edition, 13.12).
 */
function isScaledUp(value: number, bits: number): boolean {
  const step = 2 ** (16 - bits);
  const source = Math.floor(value / step);
  return value === source * step || Math.abs(value - (source * 65_535) / (2 ** bits - 1)) <= 1;
}

/** Determines the value span of a 16-bit PNG, and the note about it for people. */
function spanOf(
  significantBits: number | null,
  { values }: CountedValues,
  channels: number,
): { readonly window: IntensityWindow | null; readonly note: string | null } {
  const highest = values[values.length - 1] ?? 0;
  if (significantBits !== null) {
    const top = 2 ** significantBits - 1;
    // In colour, channels may differ in significant bits, and only the maximum is known here.
    if (highest > top && channels === 1 && !values.every((value) => isScaledUp(value, significantBits))) {
      return {
        window: null,
        note: `The values of the 16-bit PNG contradict its ${significantBits} significant bits (sBIT), which were ignored. Black and white are its lowest and highest values.`,
      };
    }
    const shifted = top * 2 ** (16 - significantBits);
    // PNG requires values scaled up to 16 bits; many programs write them unscaled.
    const end = highest <= top ? top : highest <= shifted ? shifted : 65_535;
    return {
      window: spanWindow(0, end),
      note: `A 16-bit PNG with ${significantBits} significant bits (sBIT): black is 0 and white is ${end}.`,
    };
  }
  if (highest === 65_535 && values[0] === 0) return { window: null, note: null };
  // An 8-bit image saved with 16 bits is the same image.
  if (values.every((value) => value % WIDENED_BYTE === 0)) return { window: spanWindow(0, 65_535), note: null };
  return {
    window: null,
    note: 'A 16-bit PNG that does not declare how many bits it uses (no sBIT). Black and white are its lowest and highest values, as in a DICOM file without a window.',
  };
}

/**
 * Opens a PNG or JPEG. 16-bit samples are measured values, as in DICOM: spanned by the significant bits of sBIT, else
 * by the range in use, and subject to a run's intensity; all three colour channels use their common range. 8-bit images
 * are meant to be displayed as they are.
 * @throws FoveaError as `decodeBitmap`
 */
export async function openBitmap(bytes: Uint8Array): Promise<OpenBitmap> {
  const stored = await decodeBitmap(bytes);
  const { width, height, header } = stored;
  const { channels, samples } = reduceToGrey(stored);
  const wide = samples instanceof Uint16Array;
  let counted: CountedValues | null = null;
  const count = (): CountedValues => {
    counted ??= countValues(
      samples,
      (value) => value,
      () => true,
    );
    return counted;
  };
  const span = wide
    ? spanOf(header.significantBits, count(), channels)
    : { window: spanWindow(BYTE_RANGE.min, BYTE_RANGE.max), note: null };
  const frame = (): GreyFrame => ({
    stored: samples,
    toUnits: (value) => value,
    isPadding: () => false,
    counted: count(),
    voi: { windows: span.window === null ? [] : [span.window], voiFunction: 'LINEAR_EXACT', table: null },
    inverted: false,
  });
  const withPixels = (data: Uint8Array): Raster => ({ width, height, channels, data });
  return {
    stored,
    bits: wide ? 16 : 8,
    window: wide ? span.window : null,
    range: wide ? rangeOf(count()) : BYTE_RANGE,
    pixelAspect: stored.pixelAspect,
    notes: [...header.notes, ...(span.note === null ? [] : [span.note])],
    forModel: (intensity, wideSamples) => {
      if (samples instanceof Uint8Array) return withPixels(samples);
      return withPixels(wideSamples === 'values' ? greyForModel(frame(), intensity) : scaleToBytes(samples));
    },
    forDisplay: (window, invert) => withPixels(greyForDisplay(frame(), channels === 1 ? window : null, invert)),
  };
}
