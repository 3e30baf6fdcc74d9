import type { DataSet, Element, Fragment } from 'dicom-parser';
import { damaged, truncated } from '../damaged';
import { frameCountNote } from '../frame-count-note';
import type { ImageAttributes } from '../image-attributes';
import type { Notes } from '../notes';
import type { PixelEncoding } from '../transfer-syntax';
import { readFrameOffsets } from './offset-tables';
import { splitStreams } from './split-streams';

/** Fragments of each frame, in order. */
type Frames = readonly (readonly Fragment[])[];

const RLE_HEADER_BYTES = 64;

/**
 * Whether a fragment starts with an RLE header (PS3.5, G.5): the expected number of segments, the first right after the
 * header.
 */
function startsRle(bytes: Uint8Array, { position, length }: Fragment, image: ImageAttributes): boolean {
  if (length < RLE_HEADER_BYTES || position + RLE_HEADER_BYTES > bytes.length) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset + position, 8);
  const segments = image.samples * Math.ceil(image.bitsAllocated / 8);
  return view.getUint32(0, true) === segments && view.getUint32(4, true) === RLE_HEADER_BYTES;
}

/** Whether a fragment starts a JPEG (SOI) or JPEG 2000 (SOC, SIZ; or the first box of a JP2 file) codestream. */
function startsCodestream(bytes: Uint8Array, { position, length }: Fragment): boolean {
  if (length < 4 || position + 8 > bytes.length) return false;
  const [first, second, third, fourth] = bytes.subarray(position, position + 4);
  if (first === 0xff && second === 0xd8 && third === 0xff) return true;
  if (first === 0xff && second === 0x4f && third === 0xff && fourth === 0x51) return true;
  return Buffer.from(bytes.subarray(position + 4, position + 8)).toString('latin1') === 'jP  ';
}

/** Splits fragments into frames that begin at the given indices. */
function groupAt(fragments: readonly Fragment[], starts: readonly number[]): Frames {
  return starts.map((start, index) => fragments.slice(start, starts[index + 1] ?? fragments.length));
}

/**
 * Non-empty fragments. If a writer omitted the Basic Offset Table item, its first fragment was read as that table; a
 * table begins with offset 0, which no frame does.
 */
function fragmentsOf(
  { dataOffset, fragments = [], basicOffsetTable = [] }: Element,
  isStart: (fragment: Fragment) => boolean,
): readonly Fragment[] {
  const filled = fragments.filter(({ length }) => length > 0);
  const table = { offset: 0, position: dataOffset + 8, length: 4 * basicOffsetTable.length };
  return isStart(table) ? [table, ...filled] : filled;
}

/**
 * Assigns fragments to frames (PS3.5, A.4) by the most reliable rule that applies:
 * - as many codestreams as frames, where fragments are cut without regard to frames;
 * - as many fragments as frames: one each;
 * - an offset table with as many entries as frames;
 * - starts of codestreams;
 * - an offset table with another number of entries;
 * - if nothing marks a start, one frame owns all fragments.
 * @throws FoveaError `damaged`
 */
function groupFragments(dataSet: DataSet, pixelData: Element, image: ImageAttributes, encoding: PixelEncoding): Frames {
  const { declaredFrames: declared } = image;
  const isStart = (fragment: Fragment) =>
    encoding === 'rle' ? startsRle(dataSet.byteArray, fragment, image) : startsCodestream(dataSet.byteArray, fragment);
  const fragments = fragmentsOf(pixelData, isStart);
  if (fragments.length === 0) throw damaged('The compressed image is empty.');
  if (declared !== null && declared > 1 && encoding !== 'rle' && fragments.filter(isStart).length < declared) {
    const split = splitStreams(dataSet.byteArray, fragments, declared);
    if (split !== null) return split;
  }
  if (fragments.length === (declared ?? 1)) return fragments.map((fragment) => [fragment]);
  const offsets = readFrameOffsets(dataSet, pixelData);
  const places = new Map(fragments.map(({ offset }, index) => [offset, index]));
  const byTable = offsets?.flatMap((offset) => places.get(offset) ?? []) ?? [];
  const table = byTable[0] === 0 && byTable.length === offsets?.length ? groupAt(fragments, byTable) : null;
  if (table !== null && table.length === declared) return table;
  const starts = fragments.flatMap((fragment, index) => (isStart(fragment) ? [index] : []));
  if (starts[0] === 0) return groupAt(fragments, starts);
  if ((declared ?? 1) === 1) return [fragments];
  if (table !== null) return table;
  if (fragments.length < (declared ?? 1)) return fragments.map((fragment) => [fragment]);
  throw damaged(`The file declares ${declared} frames, but its data does not show where they start.`);
}

/**
 * Finds the frames of encapsulated pixel data and notes a mismatch with Number of Frames. The count is the declared
 * number if at least as many are present, else the number present. `cut`: the file is truncated, so missing frames are
 * lost rather than miscounted.
 * @throws FoveaError `damaged`
 */
export function findFrames(
  dataSet: DataSet,
  pixelData: Element,
  image: ImageAttributes,
  encoding: PixelEncoding,
  cut: boolean,
  notes: Notes,
): { readonly count: number; readonly frames: Frames } {
  const frames = groupFragments(dataSet, pixelData, image, encoding);
  const { declaredFrames: declared } = image;
  const held = frames.length;
  const missing = declared !== null && held < declared;
  if (held !== (declared ?? 1) && !(missing && cut)) notes.add(frameCountNote(declared, held));
  return { count: declared === null || (missing && !cut) ? held : declared, frames };
}

/**
 * Joins the fragments of one frame into one codestream.
 * @throws FoveaError `truncated`
 */
export function joinFragments(bytes: Uint8Array, fragments: readonly Fragment[]): Uint8Array {
  for (const { position, length } of fragments) {
    if (position + length > bytes.length) throw truncated('The file ends inside its compressed image.');
  }
  const [only] = fragments;
  if (fragments.length === 1 && only !== undefined) return bytes.subarray(only.position, only.position + only.length);
  return Buffer.concat(fragments.map(({ position, length }) => bytes.subarray(position, position + length)));
}
