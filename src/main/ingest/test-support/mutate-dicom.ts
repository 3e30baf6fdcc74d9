import { seededRandom } from './random';

/** Positions within one element of an explicit little-endian data set. */
interface Place {
  readonly tag: string;
  readonly start: number;
  readonly vrAt: number;
  readonly lengthAt: number;
  /** 2 or 4 bytes. */
  readonly lengthBytes: number;
  readonly valueAt: number;
  readonly end: number;
}

const LONG = new Set(['OB', 'OW', 'OF', 'OD', 'OL', 'OV', 'SQ', 'UN', 'UT', 'UC', 'UR', 'SV', 'UV']);
const VRS = ['OB', 'OW', 'SQ', 'UN', 'UT', 'US', 'UL', 'FD', 'DS', 'IS', 'PN', 'AT', 'OV', 'zz', '\0\0'];
const UNDEFINED = 0xffffffff;
const EXTREMES = [0, 1, 2, 0x7fff, 0x8000, 0xffff];
const LONG_EXTREMES = [0, 1, 7, 0x7fffffff, 0x80000000, 0xfffffffe, UNDEFINED];
/** Elements of the Image Pixel module that decide how many bytes are read as what. */
const PIXEL_TAGS = new Set([
  '00280002',
  '00280004',
  '00280006',
  '00280008',
  '00280010',
  '00280011',
  '00280100',
  '00280101',
  '00280102',
  '00280103',
]);

/** Top-level elements from the file meta group, as far as they can be parsed. */
function places(file: Buffer): Place[] {
  const found: Place[] = [];
  for (let at = 132; at + 8 <= file.length; ) {
    const vr = file.toString('latin1', at + 4, at + 6);
    const long = LONG.has(vr);
    if (!/^[A-Z]{2}$/.test(vr) || (long && at + 12 > file.length)) break;
    const length = long ? file.readUInt32LE(at + 8) : file.readUInt16LE(at + 6);
    const valueAt = at + (long ? 12 : 8);
    const end = length === UNDEFINED ? file.length : valueAt + length;
    if (end > file.length) break;
    const tag = hex(file.readUInt16LE(at)) + hex(file.readUInt16LE(at + 2));
    const lengthAt = long ? at + 8 : at + 6;
    found.push({ tag, start: at, vrAt: at + 4, lengthAt, lengthBytes: long ? 4 : 2, valueAt, end });
    at = end;
  }
  return found;
}

const hex = (value: number): string => value.toString(16).padStart(4, '0');

/** Starts of the items (FFFE,E000) of encapsulated pixel data; the first is the offset table. */
function items(file: Buffer, from: number): number[] {
  const found: number[] = [];
  for (let at = from; at + 8 <= file.length && file.readUInt32LE(at) === 0xe000fffe; ) {
    found.push(at);
    at += 8 + file.readUInt32LE(at + 4);
  }
  return found;
}

/**
 * Copies an explicit little-endian DICOM file with one to three kinds of structural damage: value representations,
 * lengths, order and count of elements, the numbers of the Image Pixel module, offset table, fragments, and the
 * codestream's header and body. In a file that cannot be parsed, changes bytes.
 */
export function mutateDicom(file: Buffer, seed: number): Buffer {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  let copy: Buffer = Buffer.from(file);
  for (let rounds = 1 + below(3); rounds > 0; rounds--) {
    const all = places(copy);
    const pixels = all.at(-1)?.tag === '7fe00010' ? all.at(-1) : undefined;
    const fragments = pixels === undefined || pixels.lengthBytes !== 4 ? [] : items(copy, pixels.valueAt);
    const place = all.length === 0 ? undefined : one(all);
    if (place === undefined) {
      copy[below(copy.length)] = below(256);
      continue;
    }
    const without = Buffer.concat([copy.subarray(0, place.start), copy.subarray(place.end)]);
    switch (below(10)) {
      case 0:
        copy.write(one(VRS), place.vrAt, 'latin1');
        break;
      case 1:
        if (place.lengthBytes === 2) copy.writeUInt16LE(one(EXTREMES), place.lengthAt);
        else copy.writeUInt32LE(one(LONG_EXTREMES), place.lengthAt);
        break;
      case 2:
        copy = without;
        break;
      case 3: {
        const piece = copy.subarray(place.start, place.end);
        copy = Buffer.concat([copy.subarray(0, place.end), piece, copy.subarray(place.end)]);
        break;
      }
      case 4:
      case 5: {
        const module = all.filter(({ tag, end, valueAt }) => PIXEL_TAGS.has(tag) && end - valueAt >= 2);
        if (module.length > 0) copy.writeUInt16LE(below(2) === 0 ? one(EXTREMES) : below(70), one(module).valueAt);
        break;
      }
      case 6:
        if (fragments.length > 0) copy.writeUInt32LE(one([...LONG_EXTREMES, below(5000)]), one(fragments) + 4);
        break;
      case 7: {
        const [table, next] = fragments;
        if (table !== undefined && next !== undefined && next - table > 8) {
          copy.writeUInt32LE(one(LONG_EXTREMES), table + 8 + 4 * below((next - table - 8) / 4));
        } else if (fragments.length > 0) {
          // Add an offset table of one entry where there was none.
          const entry = Buffer.from('feff00e00400000000000000', 'hex');
          entry.writeUInt32LE(one(LONG_EXTREMES), 8);
          const at = fragments[0] as number;
          copy = Buffer.concat([copy.subarray(0, at), entry, copy.subarray(at + 8)]);
        }
        break;
      }
      default: {
        // The header of a codestream is its first 200 bytes; a native frame has only a body.
        const from = (fragments.length > 1 ? one(fragments.slice(1)) + 8 : pixels?.valueAt) ?? place.valueAt;
        const reach = Math.max(1, Math.min(below(2) === 0 ? 200 : copy.length, copy.length - from));
        for (let count = 1 + below(12); count > 0; count--) {
          const at = from + below(reach);
          if (at < copy.length) copy[at] = below(3) === 0 ? one([0, 0xff, 0x7f, 0x80]) : below(256);
        }
      }
    }
  }
  return copy;
}
