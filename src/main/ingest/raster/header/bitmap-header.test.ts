import { describe, expect, test } from 'vitest';
import { pngBytes, pngChunk } from '../../test-support/png-bytes';
import { sharp } from '../codec';
import { decodeBitmap } from '../decode-bitmap';
import { readBitmapHeader } from './read-bitmap-header';

const png = (...chunks: Buffer[]) =>
  pngBytes({ width: 4, height: 2, channels: 1, depth: 8, values: [1, 2, 3, 4, 5, 6, 7, 8], chunks });

function pHYs(x: number, y: number, unit: 0 | 1): Buffer {
  const content = Buffer.alloc(9);
  content.writeUInt32BE(x, 0);
  content.writeUInt32BE(y, 4);
  content[8] = unit;
  return pngChunk('pHYs', content);
}

const plain = await sharp(Buffer.alloc(8, 9), { raw: { width: 4, height: 2, channels: 1 } })
  .jpeg()
  .toBuffer();

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** The image with other segments before its tables. */
function jpeg(...segments: Buffer[]): Buffer {
  const tables = plain.indexOf(Buffer.from([0xff, 0xdb]));
  return Buffer.concat([plain.subarray(0, 2), ...segments, plain.subarray(tables)]);
}

function jfif(x: number, y: number, unit: number): Buffer {
  const content = Buffer.from('JFIF\0\x01\x02\0\0\0\0\0\0\0', 'latin1');
  content[7] = unit;
  content.writeUInt16BE(x, 8);
  content.writeUInt16BE(y, 10);
  return segment(0xe0, content);
}

/** A directory of little-endian SHORT (3), LONG (4) or RATIONAL (5, over 1) entries. */
function tiff(entries: readonly (readonly [tag: number, type: number, value: number])[]): Buffer {
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  const values: Buffer[] = [];
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, type, value], index) => {
    const at = 2 + 12 * index;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(1, at + 4);
    directory.writeUInt32LE(type === 5 ? 8 + directory.length + 8 * values.length : value, at + 8);
    if (type !== 5) return;
    const rational = Buffer.alloc(8);
    rational.writeUInt32LE(value, 0);
    rational.writeUInt32LE(1, 4);
    values.push(rational);
  });
  return Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), directory, ...values]);
}

const exif = (...entries: Parameters<typeof tiff>[0]) =>
  segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff(entries)]));

describe('the aspect ratio of a pixel, height per width', () => {
  test.each([
    // Twice as many pixels per unit of width: each is half as wide.
    ['PNG, no unit', png(pHYs(2, 1, 0)), 2],
    ['PNG, pixels a metre', png(pHYs(3000, 2000, 1)), 1.5],
    ['PNG, square', png(pHYs(2835, 2835, 1)), 1],
    ['PNG, rounded densities', png(pHYs(2835, 2834, 1)), 1],
    ['PNG, none', png(), 1],
    ['PNG, a density of nothing', png(pHYs(0, 5, 0)), 1],
    ['PNG, beyond belief', png(pHYs(1, 2835, 1)), 1],
    // T.871, 10.1: width : height of a pixel is Vdensity : Hdensity.
    ['JPEG, no unit', jpeg(jfif(3, 4, 0)), 0.75],
    ['JPEG, dots an inch', jpeg(jfif(200, 100, 1)), 2],
    ['JPEG, dots a centimetre', jpeg(jfif(72, 72, 2)), 1],
    ['JPEG, none', jpeg(), 1],
    ['EXIF is not asked', jpeg(exif([0x011a, 5, 72], [0x011b, 5, 144])), 1],
  ])('%s', (_, bytes, aspect) => {
    expect(readBitmapHeader(bytes).pixelAspect).toBe(aspect);
  });

  test('is reported if the EXIF resolution differs', () => {
    const { notes } = readBitmapHeader(jpeg(exif([0x011a, 5, 72], [0x011b, 5, 144])));
    expect(notes).toEqual([expect.stringContaining('EXIF')]);
    expect(readBitmapHeader(jpeg(exif([0x011a, 5, 300], [0x011b, 5, 300]))).notes).toEqual([]);
  });

  test('rotates with the image', async () => {
    const upright = jpeg(jfif(2, 1, 0), exif([0x0112, 3, 3]));
    const turned = jpeg(jfif(2, 1, 0), exif([0x0112, 3, 6]));
    expect(await decodeBitmap(upright)).toMatchObject({ width: 4, height: 2, pixelAspect: 2 });
    expect(await decodeBitmap(turned)).toMatchObject({ width: 2, height: 4, pixelAspect: 0.5 });
  });
});

describe('further images in a file are reported', () => {
  const control = pngChunk('acTL', Buffer.from('0000000300000000', 'hex'));
  const frame = pngChunk('fcTL', Buffer.alloc(26));

  test.each([
    ['animated PNG', png(control, frame), 3],
    ['animated PNG whose still picture is none of its frames', png(control), 4],
    ['multi-picture JPEG', jpeg(segment(0xe2, Buffer.concat([Buffer.from('MPF\0'), tiff([[0xb001, 4, 2]])]))), 2],
  ])('%s', async (_, bytes, pictures) => {
    const header = readBitmapHeader(bytes);
    expect(header.pictures).toBe(pictures);
    expect(header.notes).toEqual([expect.stringMatching(/[Oo]nly (its|the) first (image )?is used/)]);
    // Otherwise it is read normally.
    await expect(decodeBitmap(bytes)).resolves.toMatchObject({ width: 4, height: 2 });
  });

  test('a single image has no note', () => {
    expect([readBitmapHeader(png()).notes, readBitmapHeader(jpeg(jfif(1, 1, 0))).notes]).toEqual([[], []]);
  });
});

test('no header of random or truncated bytes throws', () => {
  const good = [png(pHYs(2, 1, 0)), jpeg(jfif(4, 3, 0), exif([0x011a, 5, 72], [0x011b, 5, 144]))];
  for (const bytes of good) {
    for (let end = 2; end < bytes.length; end++) readBitmapHeader(bytes.subarray(0, end));
    for (let at = 8; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = 0xff;
      readBitmapHeader(changed);
    }
  }
});
