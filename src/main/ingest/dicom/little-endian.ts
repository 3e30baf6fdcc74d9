import type { DataSet } from 'dicom-parser';
import dicomParser from 'dicom-parser';

/**
 * The bytes of a table as they would stand in a little-endian file: words of 16 bits are swapped where the file is big
 * endian, whatever is packed in them. Null where the element is absent, empty or reaches beyond the file.
 */
export function readLittleEndian(dataSet: DataSet, tag: string): Uint8Array | null {
  const element = dataSet.elements[tag];
  if (element === undefined || element.length === 0) return null;
  if (element.dataOffset + element.length > dataSet.byteArray.length) return null;
  const bytes = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const parser = element.parser ?? dataSet.byteArrayParser;
  if (parser !== dicomParser.bigEndianByteArrayParser || element.vr === 'OB') return bytes;
  // Not `slice`, which of a Buffer is a view.
  const swapped = new Uint8Array(bytes);
  for (let index = 0; index + 1 < swapped.length; index += 2) swapped.subarray(index, index + 2).reverse();
  return swapped;
}
