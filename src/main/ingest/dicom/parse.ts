import type { DataSet } from 'dicom-parser';
import dicomParser from 'dicom-parser';
import { FoveaError } from '#shared/ipc/errors';
import { inflateDataSet } from './inflate';
import { EXPLICIT_BIG_ENDIAN, EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from './transfer-syntax';
import { valueRepresentations } from './value-representations';

export interface ParsedDicom {
  readonly dataSet: DataSet;
  readonly transferSyntax: string;
  /** The parser stopped before the end of the file: what comes after that point is missing from `dataSet`. */
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

const PREAMBLE_BYTES = 132;

interface Attempt {
  readonly dataSet: DataSet;
  readonly incomplete: boolean;
}

/** dicom-parser throws strings, errors, and `{exception, dataSet}` with what it had read. */
function parsePartly(bytes: Buffer, transferSyntax?: string): Attempt | null {
  try {
    const options = { inflater: inflateDataSet, ...(transferSyntax ? { TransferSyntaxUID: transferSyntax } : {}) };
    return { dataSet: dicomParser.parseDicom(bytes, options), incomplete: false };
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    if (typeof error === 'object' && error !== null && 'dataSet' in error && 'exception' in error) {
      return { dataSet: error.dataSet as DataSet, incomplete: true };
    }
    return null;
  }
}

function hasPrefix(bytes: Buffer): boolean {
  return bytes.length >= PREAMBLE_BYTES && bytes.toString('latin1', 128, PREAMBLE_BYTES) === 'DICM';
}

/** Transfer syntaxes to try on a bare data set, the likelier first: PS3.5 puts two capital letters after the tag. */
function candidates(bytes: Buffer): readonly string[] {
  const explicit = bytes.length >= 8 && valueRepresentations.has(bytes.toString('latin1', 4, 6));
  if (explicit && bytes[0] === 0x00 && bytes[1] === 0x08) return [EXPLICIT_BIG_ENDIAN];
  return explicit ? [EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN] : [IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN];
}

function parseBare(bytes: Buffer): ParsedDicom | null {
  let partial: ParsedDicom | null = null;
  for (const transferSyntax of candidates(bytes)) {
    const attempt = parsePartly(bytes, transferSyntax);
    // Elements of other data read as DICOM have wild group numbers; a real data set starts in group 0008.
    if (attempt === null || !Object.keys(attempt.dataSet.elements).some((tag) => tag.startsWith('x0008'))) continue;
    const warnings = ['The file names no transfer syntax; it was found by trial.'];
    const parsed = { dataSet: attempt.dataSet, transferSyntax, incomplete: attempt.incomplete, warnings };
    if (!attempt.incomplete) return parsed;
    partial ??= parsed;
  }
  return partial;
}

/** Where the data set starts after a file meta group that lacks a transfer syntax. */
function endOfMeta(bytes: Buffer): number | null {
  try {
    const meta = dicomParser.readPart10Header(bytes) as DataSet & { readonly position?: number };
    return meta.position ?? null;
  } catch {
    return null;
  }
}

/**
 * Reads a DICOM file (PS3.10) or a bare data set. Errors: `not_an_image` when it is no DICOM at all, `damaged`,
 * `too_large`.
 */
export function parseDicom(bytes: Buffer): ParsedDicom {
  let file = bytes;
  // A file meta group without the preamble: put one before it.
  if (!hasPrefix(file) && file.length >= 8 && file.readUInt16LE(0) === 0x0002) {
    file = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM', 'latin1'), file]);
  }
  if (hasPrefix(file)) {
    const attempt = parsePartly(file);
    if (attempt !== null) {
      const meta = attempt.incomplete ? readMeta(file) : attempt.dataSet;
      const transferSyntax = meta?.string('x00020010')?.trim() ?? IMPLICIT_LITTLE_ENDIAN;
      return { ...attempt, transferSyntax, warnings: [] };
    }
    const start = endOfMeta(file);
    const bare = start === null ? null : parseBare(file.subarray(start));
    if (bare !== null) return bare;
    throw new FoveaError('damaged', 'The file is DICOM, but its header is damaged.', {
      hint: 'Export it again from the archive.',
    });
  }
  const bare = parseBare(file);
  if (bare !== null) return bare;
  throw new FoveaError('not_an_image', 'This is not a DICOM file.');
}

function readMeta(bytes: Buffer): DataSet | null {
  try {
    return dicomParser.readPart10Header(bytes);
  } catch {
    return null;
  }
}
