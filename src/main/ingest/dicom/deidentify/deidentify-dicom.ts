import { deflateRawSync } from 'node:zlib';
import type { DataSet } from 'dicom-parser';
import { decodeErrorInfo } from '../../decode-error';
import { sha256 } from '../../read-file';
import { damaged } from '../damaged';
import { loadDictionary } from '../dictionary';
import { readImageAttributes } from '../image-attributes';
import { openDicomFrame } from '../open-dicom';
import { type ParsedDicom, parseDicom } from '../parse';
import { countFrames } from '../read-frame';
import { readText } from '../text';
import { DEFLATED_LITTLE_ENDIAN, EXPLICIT_BIG_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from '../transfer-syntax';
import { ActionCounts } from './action-counts';
import { cleanPixelData } from './clean-pixels/clean-pixel-data';
import { dateShiftDays } from './dates';
import { deidentifyElements } from './deidentify-elements';
import { evenText } from './dummy-values';
import type { ActionCount, DeidentifyOptions } from './options';
import { holdsIdentity, type IdentityTerms, identityTerms } from './own-identity/identity-terms';
import { readPaletteUse } from './palette-use';
import { DICOM_ROOT, hashUid } from './uids';
import { type Encoding, element, item } from './write-elements';

export interface DeidentifiedDicom {
  readonly bytes: Buffer;
  readonly actions: readonly ActionCount[];
}

/** Fovea's own UID, from a random UUID (PS3.5, B.2). */
const IMPLEMENTATION_CLASS = '2.25.225439930619619954031794857637907852309';

const META: Encoding = { explicit: true, bigEndian: false };

/** Code Value, Coding Scheme Designator, Code Meaning (PS3.16, CID 7050 De-identification Method). */
const BASIC_PROFILE = ['113100', 'DCM', 'Basic Application Confidentiality Profile'] as const;
const MODIFIED_DATES = ['113107', 'DCM', 'Retain Longitudinal Temporal Information Modified Dates Option'] as const;

function encodingOf(transferSyntax: string): Encoding {
  return {
    explicit: transferSyntax !== IMPLICIT_LITTLE_ENDIAN,
    bigEndian: transferSyntax === EXPLICIT_BIG_ENDIAN,
  };
}

/** Elements that the profile requires, and the pseudonym. PS3.15, E.1.1; PS3.3, C.7.1.1 and C.12.1. */
function ownElements(
  options: DeidentifyOptions,
  encoding: Encoding,
  { instance, sopClass, frames }: { instance: string; sopClass: string | null; frames: number | null },
) {
  const write = (tag: string, vr: string, value: string | Buffer): [string, Buffer] => [
    tag,
    element(tag, vr, typeof value === 'string' ? evenText(value, vr === 'UI' ? '\0' : ' ') : value, encoding),
  ];
  const code = ([value, scheme, meaning]: readonly [string, string, string]): Buffer =>
    item(
      Buffer.concat([
        write('x00080100', 'SH', value)[1],
        write('x00080102', 'SH', scheme)[1],
        write('x00080104', 'LO', meaning)[1],
      ]),
      encoding,
    );
  const shifted = options.dates === 'shift';
  const name = options.pseudonym ?? '';
  const method = `Fovea: PS3.15 Basic Profile\\${shifted ? 'dates shifted' : 'dates removed'}\\pixels not cleaned`;
  return new Map([
    ...(sopClass === null ? [] : [write('x00080016', 'UI', sopClass)]),
    write('x00080018', 'UI', instance),
    write('x00100010', 'PN', name),
    write('x00100020', 'LO', name),
    write('x00120062', 'CS', 'YES'),
    write('x00120063', 'LO', method),
    write('x00120064', 'SQ', Buffer.concat([code(BASIC_PROFILE), ...(shifted ? [code(MODIFIED_DATES)] : [])])),
    ...(frames === null ? [] : [write('x00280008', 'IS', String(frames))]),
    write('x00280303', 'CS', shifted ? 'MODIFIED' : 'REMOVED'),
  ]);
}

/** Zeroed preamble, "DICM", and a new file meta group that keeps only the SOP class of the old one (PS3.10, 7.1). */
function fileMeta(transferSyntax: string, sopClass: string | null, instance: string, version: string): Buffer {
  const uid = (tag: string, value: string) => element(tag, 'UI', evenText(value, '\0'), META);
  const body = Buffer.concat([
    element('x00020001', 'OB', Buffer.from([0, 1]), META),
    ...(sopClass === null ? [] : [uid('x00020002', sopClass)]),
    uid('x00020003', instance),
    uid('x00020010', transferSyntax),
    uid('x00020012', IMPLEMENTATION_CLASS),
    element('x00020013', 'SH', evenText(`FOVEA_${version}`.slice(0, 16)), META),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), element('x00020000', 'UL', length, META), body]);
}

/**
 * Reads the SOP class from the data set or the file meta group; null if it is not a UID, or contains a number of the
 * patient.
 */
function readSopClass(dataSet: DataSet, terms: IdentityTerms): string | null {
  const isClass = (uid: string | null) =>
    uid !== null && /^[0-9.]{1,64}$/.test(uid) && !holdsIdentity(uid.replace(DICOM_ROOT, ''), terms);
  return ['x00080016', 'x00020002'].map((tag) => readText(dataSet, tag)).find(isClass) ?? null;
}

/**
 * De-identifies a DICOM file by the Basic Application Level Confidentiality Profile (PS3.15, Annex E): see
 * docs/deidentification.md. Keeps the transfer syntax and every sample of the image. Deterministic: the same file and
 * options give the same bytes.
 *
 * Fovea has its own writer because kept values must not change: a library that reads values into objects and writes
 * them again (such as dcmjs) changes numeric strings, representations, character sets and fragments, and supports
 * neither big-endian nor deflated output.
 *
 * @throws FoveaError as `parseDicom` and `cleanPixelData`
 */
export async function deidentifyDicom(source: Buffer, options: DeidentifyOptions): Promise<DeidentifiedDicom> {
  const parsed = parseDicom(source);
  const { dataSet, transferSyntax } = parsed;
  const pixels = await cleanPixelData(parsed);
  const encoding = encodingOf(transferSyntax);
  const oldInstance = readText(dataSet, 'x00080018') ?? readText(dataSet, 'x00020003') ?? options.hash;
  const instance = hashUid(options.uidKey, oldInstance);
  const counts = new ActionCounts();
  const patient = options.pseudonym ?? readText(dataSet, 'x0020000d') ?? options.hash;
  const dictionary = await loadDictionary();
  const terms = identityTerms(dataSet, dictionary);
  const sopClass = readSopClass(dataSet, terms);
  const { declaredFrames } = readImageAttributes(dataSet);
  const body = deidentifyElements(dataSet, {
    dictionary,
    terms,
    encoding,
    uidKey: options.uidKey,
    shiftDays: options.dates === 'shift' ? dateShiftDays(options.dateKey, patient) : null,
    counts,
    paletteUse: await readPaletteUse(parsed, pixels.frames),
    pixels,
    // A class in the data set is unchanged; one present only in the file meta group is written to both.
    own: ownElements(options, encoding, {
      instance,
      sopClass: readText(dataSet, 'x00080016') === null ? sopClass : null,
      // A frame that the header does not count would be invisible to other readers.
      frames: pixels.frames === (declaredFrames ?? 1) ? null : pixels.frames,
    }),
  });
  const meta = fileMeta(transferSyntax, sopClass, instance, options.version);
  const bytes = Buffer.concat([meta, ...(transferSyntax === DEFLATED_LITTLE_ENDIAN ? [deflated(body)] : body)]);
  await checkWritten(bytes, parsed);
  return { bytes, actions: counts.list() };
}

/** Deflates the whole data set, padded with a NUL to an even length (PS3.5, A.5). */
function deflated(body: readonly Buffer[]): Buffer {
  const bytes = deflateRawSync(Buffer.concat(body));
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
}

/** Reads the result back like any other file: a source that contradicts itself must not become an unreadable file. */
async function checkWritten(bytes: Buffer, source: ParsedDicom): Promise<void> {
  const written = parseDicom(bytes);
  const last = countFrames(source) - 1;
  const same = async (frame: number) => (await frameHash(written, frame)) === (await frameHash(source, frame));
  if (written.stop !== null || !(await same(0)) || (last > 0 && !(await same(last)))) {
    throw damaged('The DICOM file is inconsistent: its image could not be copied completely.');
  }
}

/**
 * Hash of a frame: its sample values, displayed pixels and pixel aspect; a fixed string for transfer syntaxes that are
 * parsed but not decoded.
 * @throws FoveaError as decoding
 */
async function frameHash(file: ParsedDicom, frame: number): Promise<string> {
  try {
    const { stored, pixelAspect, forDisplay } = await openDicomFrame(file, frame);
    const { values } = stored;
    // All NaNs compare equal.
    for (let index = 0; index < values.length; index++) if (Number.isNaN(values[index])) values[index] = Number.NaN;
    const samples = sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return [samples, sha256(forDisplay(null, false).data), pixelAspect].join(' ');
  } catch (error) {
    if (decodeErrorInfo(error).code === 'unsupported_transfer_syntax') return 'not decoded';
    throw error;
  }
}
