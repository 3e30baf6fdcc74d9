import { deflateSync } from 'node:zlib';
import { createRandom } from '#shared/imaging/random';
import { pngChunk } from '../raster/png-chunk';

/** Side of the images in pixels. */
export const SMALL_SIDE = 64;
export const smallKinds = ['png', 'dicom', 'mixed'] as const;
export type SmallKind = (typeof smallKinds)[number];

export interface SmallFile {
  /** `class/patient/study/file`, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
}

const CLASSES = ['benign', 'malignant', 'normal'] as const;
const IMAGES_PER_PATIENT = 4;
/** Random levels per side, from which the image is interpolated: no two images look alike. */
const GRID = 9;
const CELL = SMALL_SIDE / (GRID - 1);

/**
 * Generates many small grey files in nested folders, four images per patient, for measuring an import. Equal seeds give
 * equal bytes. Names and numbers are invented.
 */
export function* smallFiles(count: number, kind: SmallKind, seed: number): Generator<SmallFile> {
  for (let index = 0; index < count; index++) {
    const patient = Math.floor(index / IMAGES_PER_PATIENT);
    const label = CLASSES[patient % CLASSES.length] as string;
    const isDicom = kind === 'dicom' || (kind === 'mixed' && patient % 2 === 0);
    const folder = `${label}/patient ${String(patient + 1).padStart(5, '0')}/study ${1 + (index % 2)}`;
    const name = `IM${String(index + 1).padStart(6, '0')}.${isDicom ? 'dcm' : 'png'}`;
    const levels = smallImage(seed, index);
    yield { path: `${folder}/${name}`, bytes: isDicom ? smallDicom(levels, patient, index) : greyPng(levels) };
  }
}

/** Grey levels (0 to 255) of one image. */
function smallImage(seed: number, index: number): Uint8Array {
  const random = createRandom(seed, index);
  const grid = Uint8Array.from({ length: GRID * GRID }, () => random.integer(256));
  const levels = new Uint8Array(SMALL_SIDE * SMALL_SIDE);
  for (let y = 0; y < SMALL_SIDE; y++) {
    const row = Math.floor(y / CELL);
    const down = (y % CELL) / CELL;
    for (let x = 0; x < SMALL_SIDE; x++) {
      const at = row * GRID + Math.floor(x / CELL);
      const right = (x % CELL) / CELL;
      const top = (grid[at] as number) * (1 - right) + (grid[at + 1] as number) * right;
      const bottom = (grid[at + GRID] as number) * (1 - right) + (grid[at + GRID + 1] as number) * right;
      levels[y * SMALL_SIDE + x] = Math.round(top * (1 - down) + bottom * down);
    }
  }
  return levels;
}

/** Encodes an 8-bit grey PNG (ISO/IEC 15948) with unfiltered rows. */
export function greyPng(levels: Uint8Array, width = SMALL_SIDE): Buffer {
  const height = levels.length / width;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Buffer.alloc(levels.length + height);
  for (let y = 0; y < height; y++) rows.set(levels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows, { level: 1 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Encodes 12 bits in 16, explicit little endian, with a window over the full range. */
function smallDicom(levels: Uint8Array, patient: number, index: number): Buffer {
  const pixels = Buffer.alloc(2 * levels.length);
  for (const [at, level] of levels.entries()) pixels.writeUInt16LE(16 * level + (index & 15), 2 * at);
  const meta = element(0x0002, 0x0010, 'UI', '1.2.840.10008.1.2.1');
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', uint32(meta.length)),
    meta,
    element(0x0008, 0x0016, 'UI', '1.2.840.10008.5.1.4.1.1.6.1'),
    element(0x0008, 0x0018, 'UI', `2.25.${index + 1}`),
    element(0x0008, 0x0060, 'CS', 'US'),
    element(0x0010, 0x0020, 'LO', `BENCH-${patient + 1}`),
    element(0x0010, 0x0040, 'CS', 'F'),
    element(0x0010, 0x1010, 'AS', '050Y'),
    element(0x0020, 0x000d, 'UI', `2.25.${1_000_000 + 2 * patient + (index % 2)}`),
    element(0x0028, 0x0002, 'US', uint16(1)),
    element(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
    element(0x0028, 0x0010, 'US', uint16(levels.length / SMALL_SIDE)),
    element(0x0028, 0x0011, 'US', uint16(SMALL_SIDE)),
    element(0x0028, 0x0100, 'US', uint16(16)),
    element(0x0028, 0x0101, 'US', uint16(12)),
    element(0x0028, 0x0102, 'US', uint16(11)),
    element(0x0028, 0x0103, 'US', uint16(0)),
    element(0x0028, 0x1050, 'DS', '2048'),
    element(0x0028, 0x1051, 'DS', '4096'),
    element(0x7fe0, 0x0010, 'OW', pixels),
  ]);
}

const uint16 = (value: number): Buffer => Buffer.from(Uint16Array.of(value).buffer);
const uint32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);

/** Encodes an element (PS3.5, 7.1.2); text is padded to an even length. */
function element(group: number, number: number, vr: string, value: string | Buffer): Buffer {
  const text = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const content = text.length % 2 === 0 ? text : Buffer.concat([text, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  const head = Buffer.alloc(vr === 'OW' ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  if (vr === 'OW') head.writeUInt32LE(content.length, 8);
  else head.writeUInt16LE(content.length, 6);
  return Buffer.concat([head, content]);
}
