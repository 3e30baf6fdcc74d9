import type { DataSet, Element, Fragment } from 'dicom-parser';
import dicomParser from 'dicom-parser';

/** dicom-parser exports this class, but its types omit it. */
const { DataSet: DataSetClass } = dicomParser as unknown as {
  readonly DataSet: new (
    parser: typeof dicomParser.littleEndianByteArrayParser,
    bytes: Uint8Array,
    elements: Record<string, Element>,
  ) => DataSet;
};

const PIXEL_DATA = 'x7fe00010';
const UNDEFINED_LENGTH = 0xffffffff;
const ITEM = 0xe000fffe;
const SEQUENCE_END = 0xe0ddfffe;

interface Encapsulated {
  readonly basicOffsetTable: number[];
  readonly fragments: Fragment[];
  readonly end: number;
}

/** Reads the fragments of encapsulated pixel data (PS3.5, A.4) from `start`; null if the sequence is incomplete. */
function readFragments(bytes: Buffer, start: number): Encapsulated | null {
  const items: Fragment[] = [];
  let position = start;
  let base = 0;
  while (position + 8 <= bytes.length) {
    // The tag as one little-endian number: the element is in the high half.
    const tag = bytes.readUInt32LE(position);
    const length = bytes.readUInt32LE(position + 4);
    position += 8;
    if (tag === SEQUENCE_END) {
      const [table, ...fragments] = items;
      if (table === undefined) return null;
      const basicOffsetTable = Array.from({ length: Math.floor(table.length / 4) }, (_, index) =>
        bytes.readUInt32LE(table.position + 4 * index),
      );
      return { basicOffsetTable, fragments, end: position };
    }
    if (tag !== ITEM || position + length > bytes.length) return null;
    if (items.length === 1) base = position - 8;
    items.push({ offset: position - 8 - base, position, length });
    position += length;
  }
  return null;
}

/**
 * Parses a little-endian data set with implicit value representations from `position`, ignoring what the header
 * declares. Accepts encapsulated pixel data, which no transfer syntax allows here but some writers produce. Drops
 * elements after the pixel data. Null unless the data set is complete and plausible: nothing is inferred from a
 * fragment.
 */
export function parseImplicitBody(bytes: Buffer, position: number): DataSet | null {
  const parser = dicomParser.littleEndianByteArrayParser;
  const dataSet = new DataSetClass(parser, bytes, {});
  try {
    const stream = new dicomParser.ByteStream(parser, bytes, position);
    dicomParser.parseDicomDataSetImplicit(dataSet, stream, bytes.length, { untilTag: PIXEL_DATA });
  } catch {
    return null;
  }
  const pixelData: Element | undefined = dataSet.elements[PIXEL_DATA];
  if (pixelData === undefined)
    return Object.keys(dataSet.elements).some((tag) => /^x000[48]/.test(tag)) ? dataSet : null;
  if (pixelData.length !== UNDEFINED_LENGTH && pixelData.hadUndefinedLength !== true) {
    return pixelData.dataOffset + pixelData.length <= bytes.length ? dataSet : null;
  }
  const encapsulated = readFragments(bytes, pixelData.dataOffset);
  if (encapsulated === null) return null;
  const { basicOffsetTable, fragments, end } = encapsulated;
  Object.assign(pixelData, {
    encapsulatedPixelData: true,
    hadUndefinedLength: true,
    basicOffsetTable,
    fragments,
    length: end - pixelData.dataOffset,
  });
  return dataSet;
}
