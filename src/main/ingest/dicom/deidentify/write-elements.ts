/** Encoding of a data set's elements (PS3.5, 7.1). */
export interface Encoding {
  readonly explicit: boolean;
  readonly bigEndian: boolean;
}

/** Representations with a 32-bit length (PS3.5, 7.1.2). */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

const UNDEFINED_LENGTH = 0xffffffff;

function header(bytes: number, tag: string, { bigEndian }: Encoding): Buffer {
  const head = Buffer.alloc(bytes);
  const group = Number.parseInt(tag.slice(1, 5), 16);
  const element = Number.parseInt(tag.slice(5, 9), 16);
  if (bigEndian) {
    head.writeUInt16BE(group, 0);
    head.writeUInt16BE(element, 2);
  } else {
    head.writeUInt16LE(group, 0);
    head.writeUInt16LE(element, 2);
  }
  return head;
}

function writeLength(head: Buffer, length: number, offset: number, { bigEndian }: Encoding): void {
  if (bigEndian) head.writeUInt32BE(length, offset);
  else head.writeUInt32LE(length, offset);
}

/**
 * Encodes the header of an element; its value follows unchanged, since the bytes of kept values are never re-encoded.
 * Null if the value is too long for its representation. `undefinedLength`: for encapsulated pixel data, whose value
 * ends with its own delimiter.
 */
export function elementHeader(
  tag: string,
  vr: string,
  length: number,
  encoding: Encoding,
  undefinedLength = false,
): Buffer | null {
  const written = undefinedLength ? UNDEFINED_LENGTH : length;
  if (!encoding.explicit) {
    const head = header(8, tag, encoding);
    writeLength(head, written, 4, encoding);
    return head;
  }
  const long = LONG.has(vr);
  if (!long && written > 0xffff) return null;
  const head = header(long ? 12 : 8, tag, encoding);
  head.write(vr, 4, 'latin1');
  if (long) writeLength(head, written, 8, encoding);
  else if (encoding.bigEndian) head.writeUInt16BE(written, 6);
  else head.writeUInt16LE(written, 6);
  return head;
}

/** Encodes a sequence item (FFFE,E000) with its length (PS3.5, 7.5). */
export function item(content: Buffer, encoding: Encoding): Buffer {
  const head = header(8, 'xfffee000', encoding);
  writeLength(head, content.length, 4, encoding);
  return Buffer.concat([head, content]);
}

/** Encodes a short element, header and value. */
export function element(tag: string, vr: string, value: Buffer, encoding: Encoding): Buffer {
  const head = elementHeader(tag, vr, value.length, encoding);
  if (head === null) throw new Error(`a value of ${value.length} bytes is too long for ${vr}`);
  return Buffer.concat([head, value]);
}
