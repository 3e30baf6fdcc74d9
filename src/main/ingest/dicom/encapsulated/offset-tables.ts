import type { DataSet, Element } from 'dicom-parser';

/**
 * Reads the start of each frame, in bytes from the first fragment's item tag, from the Extended Offset Table
 * (7FE0,0001) or the Basic Offset Table (PS3.5, A.4; PS3.3, C.7.6.3.1.8). Null if there is none, or its offsets do not
 * increase.
 */
export function readFrameOffsets(dataSet: DataSet, pixelData: Element): readonly number[] | null {
  const offsets = readExtendedOffsets(dataSet) ?? pixelData.basicOffsetTable ?? [];
  const rising = offsets.every((offset, index) => index === 0 || offset > (offsets[index - 1] as number));
  return offsets.length > 0 && rising ? offsets : null;
}

/** Reads 64-bit offsets. Values beyond 2^53 lose precision but cannot be offsets into any file that Fovea reads. */
function readExtendedOffsets(dataSet: DataSet): readonly number[] | null {
  const element = dataSet.elements['x7fe00001'];
  if (element === undefined || element.length === 0 || element.length % 8 !== 0) return null;
  if (element.dataOffset + element.length > dataSet.byteArray.length) return null;
  const bytes = dataSet.byteArray;
  const view = new DataView(bytes.buffer, bytes.byteOffset + element.dataOffset, element.length);
  return Array.from({ length: element.length / 8 }, (_, index) => Number(view.getBigUint64(8 * index, true)));
}
