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
import { emptyInspection } from './empty-inspection';
import { notAnImage } from './not-an-image';
import { openBitmap } from './raster/open-bitmap';
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

/** Means of an 8 x 8 grid over the image; cell i spans pixels floor(i n / 8) to floor((i + 1) n / 8), at least one. */
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

/** Rounds quotients of decimal fractions: more digits are noise. */
const rounded = (value: number): number => Number(value.toPrecision(6));

async function inspectDicom(bytes: Buffer, identifying: boolean, result: Mutable<InspectedFile>): Promise<void> {
  const parsed: ParsedDicom = parseDicom(bytes);
  const { dataSet } = parsed;
  result.transferSyntax = parsed.transferSyntax;
  result.photometricInterpretation = readText(dataSet, 'x00280004');
  const found = new Set(parsed.warnings);
  const { rows, columns } = readSize(dataSet, found);
  result.rows = rows;
  result.columns = columns;
  result.modality = readText(dataSet, 'x00080060');
  result.tags = await listTags(dataSet, identifying);
  result.warnings = [...found];
  const { frame, notes } = await describeDicomFrame(parsed, 0);
  result.warnings = notes;
  result.pixelAspect = rounded(frame.pixelAspect);
  const { image, stored } = frame;
  result.frames = image.frames;
  result.bitsStored = image.bitsStored;
  result.frame0 = summariseFrame(stored.values, stored.dtype, image.rows, image.columns, image.samples);
  result.display = summariseDisplay(frame.forDisplay(null, false), frame.window);
}

async function inspectBitmap(bytes: Buffer, result: Mutable<InspectedFile>): Promise<void> {
  const { stored, pixelAspect, bits, window, notes, forDisplay } = await openBitmap(bytes);
  const { width, height, channels, samples } = stored;
  result.rows = height;
  result.columns = width;
  result.frames = 1;
  result.bitsStored = bits;
  result.pixelAspect = rounded(pixelAspect);
  result.frame0 = summariseFrame(samples, bits === 16 ? 'uint16' : 'uint8', height, width, channels);
  result.display = summariseDisplay(forDisplay(null, false), window);
  result.warnings = notes;
}

/** Inspects a file. Any fault is part of the result: `ok: false`, with the facts found so far. */
export async function inspectFile(path: string, identifying: boolean): Promise<InspectedFile> {
  const result: Mutable<InspectedFile> = emptyInspection(path);
  try {
    const bytes = await readWholeFile(path);
    result.kind = classifyHead(bytes.subarray(0, HEAD_BYTES), bytes.length);
    if (result.kind === null) throw notAnImage(bytes);
    if (result.kind === 'dicom') await inspectDicom(bytes, identifying, result);
    else await inspectBitmap(bytes, result);
    result.ok = true;
  } catch (error) {
    result.error = decodeErrorInfo(error);
  }
  return result;
}
