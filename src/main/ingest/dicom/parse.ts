import type { DataSet } from 'dicom-parser';
import dicomParser from 'dicom-parser';
import { FoveaError } from '#shared/ipc/errors';
import { damaged, tooDeep } from './damaged';
import { inflateDataSet } from './inflate';
import { parseImplicitBody } from './parse-implicit';
import {
  DEFLATED_LITTLE_ENDIAN,
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
} from './transfer-syntax';
import { valueRepresentations } from './value-representations';

/** Why the parser stopped before the end of the file, losing everything after that point; null if it did not. */
export type ParseStop = 'truncated' | 'damaged' | 'too-deep' | null;

export interface ParsedDicom {
  readonly dataSet: DataSet;
  readonly transferSyntax: string;
  readonly stop: ParseStop;
  readonly warnings: readonly string[];
}

const PREAMBLE_BYTES = 132;

/** SOP class of a disc's media directory, which lists images and contains none. */
const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';

interface Attempt {
  readonly dataSet: DataSet;
  readonly stop: ParseStop;
}

/** Derives the reason from dicom-parser's message. */
function stopReason(exception: unknown): ParseStop {
  const text = exception instanceof Error ? exception.message : String(exception);
  // The parser recurses once per sequence level.
  if (/call stack/i.test(text)) return 'too-deep';
  return /past end|cannot seek|overrun|eof|maxPosition/i.test(text) ? 'truncated' : 'damaged';
}

/**
 * Parses as far as possible. dicom-parser throws strings, errors, and `{exception, dataSet}` with the elements read so
 * far.
 */
function parsePartly(bytes: Buffer): Attempt | null {
  try {
    return { dataSet: dicomParser.parseDicom(bytes, { inflater: inflateDataSet }), stop: null };
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    if (typeof error === 'object' && error !== null && 'dataSet' in error && 'exception' in error) {
      return { dataSet: error.dataSet as DataSet, stop: stopReason(error.exception) };
    }
    if (stopReason(error) === 'too-deep') throw tooDeep();
    return null;
  }
}

/** 64-bit value representations from 2019. dicom-parser reads them as short ones and then loses synchronisation. */
const LONG_REPRESENTATIONS = new Set(['OV', 'SV', 'UV']);

/** Limit on such elements in one file. */
const MAX_LONG_ELEMENTS = 16;

/**
 * Parses a file; where an element has a 64-bit representation (such as the Extended Offset Table), relabels it UN in a
 * copy, which has the same layout, and parses again.
 */
function parseExplicit64(bytes: Buffer, transferSyntax: string): Attempt | null {
  let source = bytes;
  let attempt = parsePartly(source);
  if (transferSyntax === DEFLATED_LITTLE_ENDIAN || transferSyntax === IMPLICIT_LITTLE_ENDIAN) return attempt;
  for (let count = 0; count < MAX_LONG_ELEMENTS && attempt !== null; count++) {
    const found = Object.values(attempt.dataSet.elements).filter(
      ({ vr }) => vr !== undefined && LONG_REPRESENTATIONS.has(vr),
    );
    if (found.length === 0) break;
    if (source === bytes) source = Buffer.from(bytes);
    // Misread as a short representation, its value starts 8 bytes after its tag. Only the first is certain to be real.
    source.write('UN', Math.min(...found.map(({ dataOffset }) => dataOffset)) - 4, 'latin1');
    attempt = parsePartly(source);
  }
  return attempt;
}

/**
 * Whether "DICM" is followed by the file meta group: the letters alone may occur in the data of a file without
 * preamble.
 */
function hasPreamble(bytes: Buffer): boolean {
  return (
    bytes.length >= PREAMBLE_BYTES + 8 &&
    bytes.toString('latin1', 128, PREAMBLE_BYTES) === 'DICM' &&
    bytes.readUInt16LE(PREAMBLE_BYTES) === 0x0002
  );
}

/**
 * Transfer syntaxes to try on a bare data set, likelier first: explicit ones have two capital letters after the tag
 * (PS3.5).
 */
function candidates(bytes: Buffer): readonly string[] {
  const explicit = bytes.length >= 8 && valueRepresentations.has(bytes.toString('latin1', 4, 6));
  if (explicit && bytes[0] === 0x00 && bytes[1] === 0x08) return [EXPLICIT_BIG_ENDIAN];
  return explicit ? [EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN] : [IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN];
}

/** Builds a preamble and a file meta group that holds only the transfer syntax (PS3.10, 7.1). */
function makeHeader(transferSyntax: string): Buffer {
  const value = transferSyntax.length % 2 === 0 ? transferSyntax : `${transferSyntax}\0`;
  const element = Buffer.from('\x02\x00\x10\x00UI\x00\x00', 'latin1');
  element.writeUInt16LE(value.length, 6);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM', 'latin1'), element, Buffer.from(value, 'latin1')]);
}

function parseBare(bytes: Buffer): ParsedDicom | null {
  let partial: ParsedDicom | null = null;
  for (const transferSyntax of candidates(bytes)) {
    const attempt = parsePartly(Buffer.concat([makeHeader(transferSyntax), bytes]));
    // Other data read as DICOM has arbitrary group numbers; a real data set starts in group 0008.
    if (attempt === null || !Object.keys(attempt.dataSet.elements).some((tag) => tag.startsWith('x0008'))) continue;
    const warnings = ['The file declares no transfer syntax; it was detected.'];
    const parsed = { ...attempt, transferSyntax, warnings };
    if (attempt.stop === null) return parsed;
    partial ??= parsed;
  }
  return partial;
}

type MetaHeader = DataSet & { readonly position?: number };

function readMeta(bytes: Buffer): MetaHeader | null {
  try {
    return dicomParser.readPart10Header(bytes);
  } catch (error) {
    // It reads one element past the file meta group.
    if (stopReason(error) === 'too-deep') throw tooDeep();
    return null;
  }
}

/**
 * Whether the first element after the file meta group has a value representation if the transfer syntax requires one.
 */
function startsAsDeclared(bytes: Buffer, { position }: MetaHeader, transferSyntax: string): boolean {
  if (position === undefined || position + 6 > bytes.length) return true;
  if (transferSyntax === IMPLICIT_LITTLE_ENDIAN || transferSyntax === DEFLATED_LITTLE_ENDIAN) return true;
  return valueRepresentations.has(bytes.toString('latin1', position + 4, position + 6));
}

/** End of the file meta group by its own length (0002,0000); null if it has none. */
function metaEnd(bytes: Buffer): number | null {
  if (bytes.length < PREAMBLE_BYTES + 12) return null;
  if (bytes.toString('latin1', PREAMBLE_BYTES, PREAMBLE_BYTES + 8) !== '\x02\x00\x00\x00UL\x04\x00') return null;
  const end = PREAMBLE_BYTES + 12 + bytes.readUInt32LE(PREAMBLE_BYTES + 8);
  return end + 8 <= bytes.length ? end : null;
}

/**
 * Parses a data set that starts with a group below 0002, which no standard allows and which the parser would take for
 * more of the file meta group. Only if it has implicit value representations or declares no transfer syntax.
 */
function parseAfterMeta(bytes: Buffer): ParsedDicom | null {
  const end = metaEnd(bytes);
  if (end === null || bytes.readUInt16LE(end) >= 0x0002) return null;
  const transferSyntax = readMeta(bytes.subarray(0, end))?.string('x00020010')?.trim() || IMPLICIT_LITTLE_ENDIAN;
  const dataSet = transferSyntax === IMPLICIT_LITTLE_ENDIAN ? parseImplicitBody(bytes, end) : null;
  const warnings = ['The data set starts with a group that DICOM does not allow there.'];
  return dataSet === null ? null : { dataSet, stop: null, transferSyntax, warnings };
}

function parseWithPreamble(bytes: Buffer): ParsedDicom {
  const meta = readMeta(bytes);
  if (meta?.string('x00020002')?.trim() === MEDIA_STORAGE_DIRECTORY) {
    throw new FoveaError(
      'not_dicom_image',
      'This is a DICOMDIR, the directory of a disc. It contains no image itself.',
      {
        hint: 'Import its folder.',
      },
    );
  }
  const misplacedGroup = parseAfterMeta(bytes);
  if (misplacedGroup !== null) return misplacedGroup;
  const transferSyntax = meta?.string('x00020010')?.trim();
  const attempt = transferSyntax ? parseExplicit64(bytes, transferSyntax) : null;
  if (attempt !== null && transferSyntax) {
    if (attempt.stop !== null && meta && !startsAsDeclared(bytes, meta, transferSyntax)) {
      const body =
        meta.position === undefined || transferSyntax === EXPLICIT_BIG_ENDIAN
          ? null
          : parseImplicitBody(bytes, meta.position);
      if (body === null) {
        throw damaged(
          'The file is not encoded as its header declares (implicit instead of explicit value representations).',
        );
      }
      const warnings = ['The file uses implicit value representations, contrary to its header.'];
      return { dataSet: body, stop: null, transferSyntax, warnings };
    }
    return { ...attempt, transferSyntax, warnings: [] };
  }
  const bare = meta?.position === undefined ? null : parseBare(bytes.subarray(meta.position));
  if (bare !== null) return bare;
  throw damaged('The file is DICOM, but its header is damaged.');
}

/**
 * Parses a DICOM file (PS3.10) or a bare data set.
 * @throws FoveaError `not_an_image` if it is not DICOM, `not_dicom_image` for a DICOMDIR, `damaged`, `too_large`
 */
export function parseDicom(bytes: Buffer): ParsedDicom {
  if (hasPreamble(bytes)) return parseWithPreamble(bytes);
  // A file meta group without a preamble: prepend one.
  if (bytes.length >= 8 && bytes.readUInt16LE(0) === 0x0002) {
    return parseWithPreamble(Buffer.concat([Buffer.alloc(128), Buffer.from('DICM', 'latin1'), bytes]));
  }
  const bare = parseBare(bytes);
  if (bare !== null) return bare;
  throw new FoveaError('not_an_image', 'This is not a DICOM file that Fovea can read.', {
    hint: 'If other programs open it, export it again from there.',
  });
}
