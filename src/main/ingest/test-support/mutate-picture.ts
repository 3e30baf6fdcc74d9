import { crc32 } from 'node:zlib';
import { mutate } from './mutate';
import { seededRandom } from './random';

/** Copies a PNG or JPEG with structural damage that passes the first checks. */
export function mutatePicture(file: Buffer, seed: number): Buffer {
  if (seed % 4 === 0) return mutate(file, seed);
  return file[0] === 0x89 ? mutatePng(file, seed) : mutateJpeg(file, seed);
}

const TYPES = ['IDAT', 'PLTE', 'tRNS', 'iCCP', 'gAMA', 'IHDR', 'IEND', 'eXIf', 'zTXt', 'acTL', 'fdAT'];
const EXTREMES = [0, 1, 2, 255, 65_535, 100_000, 0x7fffffff, 0x80000000, 0xffffffff];

interface Chunk {
  type: string;
  data: Buffer;
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at);
    const data = Buffer.from(png.subarray(at + 8, at + 8 + length));
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data });
    at += 12 + length;
  }
  return chunks;
}

/** Damages chunks but keeps their checksums correct, unless the checksum is what is damaged. */
function mutatePng(file: Buffer, seed: number): Buffer {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const chunks = chunksOf(file);
  let wrongSum = -1;
  let wrongLength = -1;
  for (let rounds = 1 + below(3); rounds > 0; rounds--) {
    const at = below(chunks.length);
    const chunk = chunks[at];
    const header = chunks.find(({ type }) => type === 'IHDR');
    if (chunk === undefined) break;
    switch (below(9)) {
      case 0:
        if (header !== undefined && header.data.length >= 8) header.data.writeUInt32BE(one(EXTREMES), 4 * below(2));
        break;
      case 1:
        // Bit depth, colour type, compression, filter, interlace.
        if (header !== undefined && header.data.length >= 13) header.data[8 + below(5)] = below(20);
        break;
      case 2:
        chunk.type = one(TYPES);
        break;
      case 3:
        chunks.splice(at, 1);
        break;
      case 4:
        chunks.splice(below(chunks.length), 0, { ...chunk });
        break;
      case 5:
        wrongSum = at;
        break;
      case 6:
        wrongLength = at;
        break;
      default: {
        const body = chunks.filter(({ type, data }) => type === 'IDAT' && data.length > 0);
        if (body.length === 0) break;
        const { data } = one(body);
        for (let count = 1 + below(8); count > 0; count--) data[below(data.length)] = below(256);
      }
    }
  }
  const written = chunks.map(({ type, data }, at) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const chunk = Buffer.alloc(body.length + 8);
    chunk.writeUInt32BE(at === wrongLength ? one(EXTREMES) : data.length, 0);
    chunk.set(body, 4);
    chunk.writeUInt32BE(at === wrongSum ? 1 : crc32(body), body.length + 4);
    return chunk;
  });
  return Buffer.concat([file.subarray(0, 8), ...written]);
}

/** Starts of the marker segments up to the first scan's data. */
function segmentsOf(jpeg: Buffer): number[] {
  const starts: number[] = [];
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff; ) {
    starts.push(at);
    if (jpeg[at + 1] === 0xda) break;
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  return starts;
}

function mutateJpeg(file: Buffer, seed: number): Buffer {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  let copy: Buffer = Buffer.from(file);
  for (let rounds = 1 + below(3); rounds > 0; rounds--) {
    const starts = segmentsOf(copy);
    const at = starts.length === 0 ? 0 : one(starts);
    const end = Math.min(copy.length, at + 4 + (at + 4 <= copy.length ? copy.readUInt16BE(at + 2) : 0));
    switch (below(8)) {
      case 0:
        if (at + 4 <= copy.length) copy.writeUInt16BE(one([0, 1, 2, 3, 0x7fff, 0xffff]), at + 2);
        break;
      case 1:
        if (at + 2 <= copy.length)
          copy[at + 1] = one([0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc9, 0xd9, 0xda, 0xdb, 0xdd, 0xe1]);
        break;
      case 2:
        copy = Buffer.concat([copy.subarray(0, at), copy.subarray(Math.max(at, end - 2))]);
        break;
      case 3:
        copy = Buffer.concat([copy.subarray(0, end), copy.subarray(at, end), copy.subarray(end)]);
        break;
      case 4: {
        // Height, width and components of the frame header.
        const frame = starts.find((start) => copy[start + 1] === 0xc0 || copy[start + 1] === 0xc2);
        if (frame !== undefined && frame + 10 < copy.length) {
          copy.writeUInt16BE(one([0, 1, 0x7fff, 0xffff]), frame + 5 + 2 * below(2));
          if (below(3) === 0) copy[frame + 9] = below(6);
        }
        break;
      }
      case 5: {
        // Restart markers and ends in the middle of the scan.
        const scan = starts.at(-1) ?? 0;
        const place = scan + below(Math.max(1, copy.length - scan - 2));
        copy[place] = 0xff;
        copy[place + 1] = one([0xd0, 0xd7, 0xd9, 0xda, 0x00, 0xff]);
        break;
      }
      default:
        for (let count = 1 + below(10); count > 0; count--) {
          const from = below(2) === 0 ? at : 0;
          copy[from + below(Math.max(1, copy.length - from))] = below(256);
        }
    }
  }
  return copy;
}
