import type { Raster } from '#shared/imaging/raster';
import type { Intensity, WideSamples } from '#shared/models/pipeline';
import type { GreyFrame } from '../dicom/intensity/grey-frame';
import { type CountedValues, countValues, rangeOf } from '../dicom/intensity/statistics';
import { greyForDisplay, greyForModel } from '../dicom/intensity/to-bytes';
import type { IntensityWindow, ValueRange } from '../types';
import { decodePhotograph, type Photograph } from './decode-photograph';

/** A PNG or JPEG, ready to be shown or learnt from: what `openDicomFrame` gives of a DICOM frame. */
export interface OpenPhotograph {
  readonly stored: Photograph;
  readonly bits: 8 | 16;
  /** The span that a 16-bit PNG names as its own; null where it names none, and for 8 bits. */
  readonly window: IntensityWindow | null;
  readonly range: ValueRange;
  /** Height of a pixel in widths. */
  readonly pixelAspect: number;
  /** Sentences for people. */
  readonly notes: readonly string[];
  /** `wideSamples` absent: as versions before it read 16 bits, for runs of theirs. */
  forModel(intensity: Intensity, wideSamples: WideSamples | undefined): Raster;
  /** A window is for grey pictures, as in DICOM. */
  forDisplay(window: IntensityWindow | null, invert: boolean): Raster;
}

const BYTE_RANGE: ValueRange = { min: 0, max: 255 };
/** 255 becomes 65,535 where 8 bits are written as 16. */
const WIDENED_BYTE = 257;

/** round(v / 257). A loop: `Uint8Array.from` takes half a minute for the largest picture. */
function byTheirType(samples: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Math.round((samples[at] as number) / WIDENED_BYTE);
  return bytes;
}

/** Values from `low` to `high` onto black to white, as a LINEAR_EXACT window (PS3.3, C.11.2.1.3.2). */
const spanWindow = (low: number, high: number): IntensityWindow => ({ center: (low + high) / 2, width: high - low });

/** Three equal 16-bit channels become one. */
function greyWherePossible({ channels, samples }: Photograph): Pick<Photograph, 'channels' | 'samples'> {
  if (channels === 1 || samples instanceof Uint8Array) return { channels, samples };
  for (let at = 0; at < samples.length; at += 3) {
    if (samples[at] !== samples[at + 1] || samples[at] !== samples[at + 2]) return { channels, samples };
  }
  const grey = new Uint16Array(samples.length / 3);
  for (let pixel = 0; pixel < grey.length; pixel++) grey[pixel] = samples[3 * pixel] as number;
  return { channels: 1, samples: grey };
}

/**
 * Whether `value` is one of `bits` bits that was scaled up to 16: shifted, or by v · 65,535 / (2^bits - 1), of which
 * repeating the bits is an approximation by less than 1 (PNG 3rd edition, 13.12).
 */
function isScaledUp(value: number, bits: number): boolean {
  const step = 2 ** (16 - bits);
  const source = Math.floor(value / step);
  return value === source * step || Math.abs(value - (source * 65_535) / (2 ** bits - 1)) <= 1;
}

/** What a 16-bit PNG says of the span of its values, and what a person is told of it. */
function spanOf(
  significantBits: number | null,
  { values }: CountedValues,
  channels: number,
): { readonly window: IntensityWindow | null; readonly note: string | null } {
  const most = values[values.length - 1] ?? 0;
  if (significantBits !== null) {
    const top = 2 ** significantBits - 1;
    // In colour each channel may have bits of its own, of which the most are known here.
    if (most > top && channels === 1 && !values.every((value) => isScaledUp(value, significantBits))) {
      return {
        window: null,
        note: `The values of the 16-bit PNG contradict its ${significantBits} significant bits (sBIT), which were ignored. Black and white are its lowest and highest values.`,
      };
    }
    const shifted = top * 2 ** (16 - significantBits);
    // PNG wants them scaled up to 16 bits; many programs write them as they are.
    const end = most <= top ? top : most <= shifted ? shifted : 65_535;
    return {
      window: spanWindow(0, end),
      note: `A 16-bit PNG with ${significantBits} significant bits (sBIT): black is 0 and white is ${end}.`,
    };
  }
  if (most === 65_535 && values[0] === 0) return { window: null, note: null };
  // An 8-bit picture that was saved with 16 bits is the same picture.
  if (values.every((value) => value % WIDENED_BYTE === 0)) return { window: spanWindow(0, 65_535), note: null };
  return {
    window: null,
    note: 'A 16-bit PNG that does not declare how many bits it uses (no sBIT). Black and white are its lowest and highest values, as in a DICOM file without a window.',
  };
}

/**
 * 16-bit samples are measured values, as those of DICOM: by the bits that sBIT names, else by the range that they use,
 * and a run's intensity applies to them; to the three channels of colour alike, by their common range. 8-bit pictures
 * are as they are to be seen. Errors: those of `decodePhotograph`.
 */
export async function openPhotograph(bytes: Uint8Array): Promise<OpenPhotograph> {
  const stored = await decodePhotograph(bytes);
  const { width, height, header } = stored;
  const { channels, samples } = greyWherePossible(stored);
  const wide = samples instanceof Uint16Array;
  const counted = countValues(
    samples,
    (value) => value,
    () => true,
  );
  const span = wide
    ? spanOf(header.significantBits, counted, channels)
    : { window: spanWindow(BYTE_RANGE.min, BYTE_RANGE.max), note: null };
  const frame: GreyFrame = {
    stored: samples,
    toUnits: (value) => value,
    isPadding: () => false,
    counted,
    voi: { windows: span.window === null ? [] : [span.window], voiFunction: 'LINEAR_EXACT', table: null },
    inverted: false,
  };
  const withPixels = (data: Uint8Array): Raster => ({ width, height, channels, data });
  return {
    stored,
    bits: wide ? 16 : 8,
    window: wide ? span.window : null,
    range: wide ? rangeOf(counted) : BYTE_RANGE,
    pixelAspect: stored.pixelAspect,
    notes: [...header.notes, ...(span.note === null ? [] : [span.note])],
    forModel: (intensity, wideSamples) => {
      if (samples instanceof Uint8Array) return withPixels(samples);
      return withPixels(wideSamples === 'values' ? greyForModel(frame, intensity) : byTheirType(samples));
    },
    forDisplay: (window, invert) => withPixels(greyForDisplay(frame, channels === 1 ? window : null, invert)),
  };
}
