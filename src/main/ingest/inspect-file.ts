import { endianness } from 'node:os';
import type { Raster } from '#shared/imaging/raster';
import { classifyHead, HEAD_BYTES } from './classify';
import { decodeErrorInfo } from './decode-error';
import { describeDicomFrame } from './dicom/describe-frame';
import { readSize } from './dicom/image-attributes';
import { type ParsedDicom, parseDicom } from './dicom/parse';
import type { ValueArray } from './dicom/stored-values';
import { listTags } from './dicom/tags';
import { readText } from './dicom/text';
import { notAnImage } from './not-an-image';
import { nothingSeen } from './nothing-seen';
import { openPhotograph } from './raster/open-photograph';
import { readWholeFile, sha256 } from './read-file';
import type { DisplaySummary, InspectedFile, IntensityWindow, StoredFrameSummary } from './types';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function littleEndianBytes(values: ValueArray): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (endianness() === 'LE' || values.BYTES_PER_ELEMENT === 1) return bytes;
  const swapped = bytes.slice();
  const size = values.BYTES_PER_ELEMENT;
  for (let start = 0; start < swapped.length; start += size) swapped.subarray(start, start + size).reverse();
  return swapped;
}

/** Shape, type, extremes, mean and hash of stored values [rows, columns, samples]. */
export function summariseFrame(
  values: ValueArray,
  dtype: string,
  rows: number,
  columns: number,
  samples: number,
): StoredFrameSummary {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return {
    shape: samples === 1 ? [rows, columns] : [rows, columns, samples],
    dtype,
    min,
    max,
    mean: sum / values.length,
    sha256le: sha256(littleEndianBytes(values)),
  };
}

/** Means of an 8 x 8 grid over the picture; cell i spans pixels floor(i n / 8) to floor((i + 1) n / 8), at least one. */
export function summariseDisplay(raster: Raster, window: IntensityWindow | null): DisplaySummary {
  const { width, height, channels, data } = raster;
  const edge = (index: number, size: number) => Math.floor((index * size) / 8);
  const grid8 = Array.from({ length: 8 }, (_, row) =>
    Array.from({ length: 8 }, (__, column) => {
      const top = Math.min(edge(row, height), height - 1);
      const left = Math.min(edge(column, width), width - 1);
      const bottom = Math.max(edge(row + 1, height), top + 1);
      const right = Math.max(edge(column + 1, width), left + 1);
      const sums: [number, number, number] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = (y * width + x) * channels;
          for (let channel = 0; channel < 3; channel++) {
            sums[channel] = (sums[channel] as number) + (data[at + (channels === 3 ? channel : 0)] as number);
          }
        }
      }
      const count = (bottom - top) * (right - left);
      return sums.map((sum) => Math.round((sum / count) * 100) / 100) as [number, number, number];
    }),
  );
  let sum = 0;
  for (const value of data) sum += value;
  return { window, mean: sum / data.length, grid8 };
}

/** Quotients of decimal fractions: more digits are noise. */
const forPrint = (value: number): number => Number(value.toPrecision(6));

async function inspectDicom(bytes: Buffer, identifying: boolean, seen: Mutable<InspectedFile>): Promise<void> {
  const parsed: ParsedDicom = parseDicom(bytes);
  const { dataSet } = parsed;
  seen.transferSyntax = parsed.transferSyntax;
  seen.photometricInterpretation = readText(dataSet, 'x00280004');
  const found = new Set(parsed.warnings);
  const { rows, columns } = readSize(dataSet, found);
  seen.rows = rows;
  seen.columns = columns;
  seen.modality = readText(dataSet, 'x00080060');
  seen.tags = await listTags(dataSet, identifying);
  seen.warnings = [...found];
  const { frame, notes } = await describeDicomFrame(parsed, 0);
  seen.warnings = notes;
  seen.pixelAspect = forPrint(frame.pixelAspect);
  const { image, stored } = frame;
  seen.frames = image.frames;
  seen.bitsStored = image.bitsStored;
  seen.frame0 = summariseFrame(stored.values, stored.dtype, image.rows, image.columns, image.samples);
  seen.display = summariseDisplay(frame.forDisplay(null, false), frame.window);
}

async function inspectPicture(bytes: Buffer, seen: Mutable<InspectedFile>): Promise<void> {
  const { stored, pixelAspect, bits, window, notes, forDisplay } = await openPhotograph(bytes);
  const { width, height, channels, samples } = stored;
  seen.rows = height;
  seen.columns = width;
  seen.frames = 1;
  seen.bitsStored = bits;
  seen.pixelAspect = forPrint(pixelAspect);
  seen.frame0 = summariseFrame(samples, bits === 16 ? 'uint16' : 'uint8', height, width, channels);
  seen.display = summariseDisplay(forDisplay(null, false), window);
  seen.warnings = notes;
}

/** What Fovea sees in a file. Whatever is wrong with it is in the answer: `ok: false`, and the facts found so far. */
export async function inspectFile(path: string, identifying: boolean): Promise<InspectedFile> {
  const seen: Mutable<InspectedFile> = nothingSeen(path);
  try {
    const bytes = await readWholeFile(path);
    seen.kind = classifyHead(bytes.subarray(0, HEAD_BYTES), bytes.length);
    if (seen.kind === null) throw notAnImage(bytes);
    if (seen.kind === 'dicom') await inspectDicom(bytes, identifying, seen);
    else await inspectPicture(bytes, seen);
    seen.ok = true;
  } catch (error) {
    seen.error = decodeErrorInfo(error);
  }
  return seen;
}
