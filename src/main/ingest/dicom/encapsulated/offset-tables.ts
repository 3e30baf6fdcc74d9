import type { DataSet, Element } from 'dicom-parser';

/**
 * Where each frame starts, in bytes from the first fragment's item tag: from the Extended Offset Table (7FE0,0001) or
 * the Basic Offset Table (PS3.5, A.4; PS3.3, C.7.6.3.1.8). Null when there is none, or its offsets do not rise.
 */
export function readFrameOffsets(dataSet: DataSet, pixelData: Element): readonly number[] | null {
  const offsets = readExtendedOffsets(dataSet) ?? pixelData.basicOffsetTable ?? [];
  const rising = offsets.every((offset, index) => index === 0 || offset > (offsets[index - 1] as number));
  return offsets.length > 0 && rising ? offsets : null;
}

/** Very long 64-bit values: beyond 2^53 they are no offsets into any file that we read. */
function readExtendedOffsets(dataSet: DataSet): readonly number[] | null {
  const element = dataSet.elements['x7fe00001'];
  if (element === undefined || element.length === 0 || element.length % 8 !== 0) return null;
  if (element.dataOffset + element.length > dataSet.byteArray.length) return null;
  const bytes = dataSet.byteArray;
  const view = new DataView(bytes.buffer, bytes.byteOffset + element.dataOffset, element.length);
  return Array.from({ length: element.length / 8 }, (_, index) => Number(view.getBigUint64(8 * index, true)));
}
