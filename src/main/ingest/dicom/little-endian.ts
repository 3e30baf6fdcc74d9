import type { DataSet } from 'dicom-parser';
import dicomParser from 'dicom-parser';

/**
 * Reads the bytes of a table in little-endian order: 16-bit words are swapped in a big-endian file, whatever is packed
 * in them. Null if the element is absent, empty or extends past the end of the file.
 */
export function readLittleEndian(dataSet: DataSet, tag: string): Uint8Array | null {
  const element = dataSet.elements[tag];
  if (element === undefined || element.length === 0) return null;
  if (element.dataOffset + element.length > dataSet.byteArray.length) return null;
  const bytes = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const parser = element.parser ?? dataSet.byteArrayParser;
  if (parser !== dicomParser.bigEndianByteArrayParser || element.vr === 'OB') return bytes;
  // Not `slice`: on a Buffer it returns a view.
  const swapped = new Uint8Array(bytes);
  for (let index = 0; index + 1 < swapped.length; index += 2) swapped.subarray(index, index + 2).reverse();
  return swapped;
}
