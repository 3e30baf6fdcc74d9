/** A test element, explicit little endian: [tag as "ggggeeee", VR, value]. Numbers are encoded by VR. */
export type TestElement = readonly [tag: string, vr: string, value: string | Uint8Array | readonly number[]];

const LONG = new Set(['OB', 'OW', 'OF', 'OD', 'OL', 'OV', 'SQ', 'UN', 'UT', 'UC', 'UR', 'SV', 'UV']);

function valueBytes(vr: string, value: TestElement[2]): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8');
    return text.length % 2 === 0 ? text : Buffer.concat([text, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  }
  if (value instanceof Uint8Array) return value.length % 2 === 0 ? Buffer.from(value) : Buffer.from([...value, 0]);
  const size = vr === 'UL' || vr === 'SL' || vr === 'FL' ? 4 : vr === 'FD' ? 8 : 2;
  const bytes = Buffer.alloc(size * value.length);
  for (const [index, number] of value.entries()) {
    const at = index * size;
    if (vr === 'FD') bytes.writeDoubleLE(number, at);
    else if (vr === 'FL') bytes.writeFloatLE(number, at);
    else if (size === 4) bytes.writeUInt32LE(number >>> 0, at);
    else bytes.writeUInt16LE(number & 0xffff, at);
  }
  return bytes;
}

/** Encodes an element, explicit little endian; `undefinedLength` writes 0xffffffff before the bytes. */
export function element([tag, vr, value]: TestElement, undefinedLength = false): Buffer {
  const bytes = valueBytes(vr, value);
  const long = LONG.has(vr);
  const head = Buffer.alloc(long ? 12 : 8);
  head.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  head.writeUInt16LE(Number.parseInt(tag.slice(4, 8), 16), 2);
  head.write(vr, 4, 'latin1');
  if (long) head.writeUInt32LE(undefinedLength ? 0xffffffff : bytes.length, 8);
  else head.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([head, bytes]);
}

/** Encodes the content of a sequence: one item of known length for each list of elements. */
export function items(...contents: readonly (readonly TestElement[])[]): Buffer {
  return Buffer.concat(contents.map((elements) => item(Buffer.concat(elements.map((each) => element(each))))));
}

/** Encodes an item (FFFE,E000) with its length. */
export function item(content: Uint8Array): Buffer {
  const head = Buffer.from('feff00e000000000', 'hex');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

/** Encodes encapsulated pixel data: a basic offset table and fragments. */
export function encapsulated(offsets: readonly number[], fragments: readonly Uint8Array[]): Buffer {
  const table = Buffer.alloc(4 * offsets.length);
  for (const [index, offset] of offsets.entries()) table.writeUInt32LE(offset, 4 * index);
  const end = Buffer.from('feffdde000000000', 'hex');
  const even = fragments.map((bytes) => (bytes.length % 2 === 0 ? bytes : Buffer.from([...bytes, 0])));
  return Buffer.concat([element(['7fe00010', 'OB', Buffer.concat([item(table), ...even.map(item), end])], true)]);
}

/** Encodes a DICOM file with preamble; elements are written in the given order. */
export function dicomFile(
  elements: readonly TestElement[],
  transferSyntax = '1.2.840.10008.1.2.1',
  pixelData: Uint8Array = Buffer.alloc(0),
): Buffer {
  const meta = element(['00020010', 'UI', transferSyntax]);
  const length = element(['00020000', 'UL', [meta.length]]);
  const body = elements.map((each) => element(each));
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), length, meta, ...body, pixelData]);
}

/** The Image Pixel module of a small image. */
export function imageModule(image: {
  readonly rows: number;
  readonly columns: number;
  readonly samples?: number;
  readonly photometric?: string;
  readonly allocated?: number;
  readonly stored?: number;
  readonly high?: number;
  readonly signed?: boolean;
  readonly planar?: boolean;
  readonly frames?: number;
}): TestElement[] {
  const { rows, columns, samples = 1, photometric = 'MONOCHROME2', allocated = 8 } = image;
  const stored = image.stored ?? allocated;
  return [
    ['00280002', 'US', [samples]],
    ['00280004', 'CS', photometric],
    ...(samples === 3 ? ([['00280006', 'US', [image.planar ? 1 : 0]]] as const) : []),
    ...(image.frames === undefined ? [] : ([['00280008', 'IS', String(image.frames)]] as const)),
    ['00280010', 'US', [rows]],
    ['00280011', 'US', [columns]],
    ['00280100', 'US', [allocated]],
    ['00280101', 'US', [stored]],
    ['00280102', 'US', [image.high ?? stored - 1]],
    ['00280103', 'US', [image.signed ? 1 : 0]],
  ];
}
