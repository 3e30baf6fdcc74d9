import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { mutate } from '../../test-support/mutate';
import { sharedData } from '../../test-support/shared-data';
import { sharp } from '../codec';
import { decodePhotograph } from '../decode-photograph';
import { stripMetadata } from './strip-metadata';

const noise = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, index) => (index * 7919) % 253));
const picture = () =>
  sharp(noise, { raw: { width: 40, height: 30, channels: 3 } }).withExif({ IFD0: { Artist: 'Dr Anna Muster' } });

/** A PNG chunk with its checksum. */
function chunk(type: string, text: string): Buffer {
  const body = Buffer.from(type + text, 'latin1');
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(text.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), whole.length - 4);
  return whole;
}

const segment = (marker: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([0xff, marker, 0, text.length + 2]), Buffer.from(text, 'latin1')]);

describe('pictures without metadata', () => {
  test('PNG: texts, times, EXIF and what stands behind the end go; the data chunks are the same bytes', async () => {
    const made = await picture().png().toBuffer();
    const texts = [
      chunk('tEXt', 'Author\0Muster'),
      chunk('tIME', '1234567'),
      chunk('iTXt', 'XML:com.adobe.xmp\0\0\0\0\0Muster'),
    ];
    const source = Buffer.concat([made.subarray(0, 33), ...texts, made.subarray(33), Buffer.from('Muster behind')]);
    expect(source.toString('latin1')).toContain('Muster');
    const { bytes, removed } = await stripMetadata(source, 'png');
    expect(bytes.toString('latin1')).not.toContain('Muster');
    expect(removed).toBeGreaterThanOrEqual(5);
    const data = made.subarray(made.indexOf('IDAT') - 4);
    expect(bytes.includes(data.subarray(0, data.indexOf('IEND') - 4))).toBe(true);
  });

  test.each([
    ['baseline', {}],
    ['progressive', { progressive: true }],
  ])('JPEG, %s: application segments, comments and thumbnails go; the scans are the same bytes', async (_name, way) => {
    const made = await picture()
      .jpeg({ quality: 90, ...way })
      .toBuffer();
    const extra = [
      segment(0xfe, 'Muster comment'),
      segment(0xed, 'Photoshop 3.0\0Muster'),
      segment(0xe2, 'ICC_PROFILE\0Muster'),
    ];
    const source = Buffer.concat([
      made.subarray(0, 2),
      ...extra,
      made.subarray(2),
      Buffer.from('\xff\xd8Muster', 'latin1'),
    ]);
    const { bytes, removed } = await stripMetadata(source, 'jpeg');
    expect(bytes.toString('latin1')).not.toContain('Muster');
    expect(removed).toBeGreaterThanOrEqual(4);
    const scan = made.subarray(made.indexOf(Buffer.from([0xff, 0xda])));
    expect(bytes.subarray(-scan.length).equals(scan)).toBe(true);
    expect((await stripMetadata(bytes, 'jpeg')).bytes.equals(bytes)).toBe(true);
  });

  test('which side is up stays, without the rest of the EXIF', async () => {
    for (const kind of ['jpeg', 'png'] as const) {
      const source = await picture().withMetadata({ orientation: 6 }).toFormat(kind).toBuffer();
      const { bytes } = await stripMetadata(source, kind);
      expect((await sharp(bytes).metadata()).orientation).toBe((await sharp(source).metadata()).orientation);
      expect((await decodePhotograph(bytes)).width).toBe((await decodePhotograph(source)).width);
      expect(bytes.toString('latin1')).not.toContain('Muster');
    }
  });

  test('CMYK keeps the Adobe segment that says how its colours are stored', async () => {
    const source = await picture().toColourspace('cmyk').jpeg().toBuffer();
    const { bytes } = await stripMetadata(source, 'jpeg');
    expect(bytes.toString('latin1')).toContain('Adobe');
  });

  test('of 400 damaged pictures each is refused with a reason or is whole', async () => {
    for (const kind of ['png', 'jpeg'] as const) {
      const source = await picture().toFormat(kind).toBuffer();
      for (let seed = 0; seed < 200; seed++) {
        await stripMetadata(mutate(source, seed), kind).catch((error: unknown) =>
          expect(error, `seed ${seed}`).toMatchObject({ name: 'FoveaError' }),
        );
      }
    }
  });
});

const busi = sharedData('busi');

test.skipIf(busi.missing)(`pictures of a public data set keep their pixels${busi.why}`, async () => {
  for (const number of [1, 20, 100]) {
    const source = readFileSync(join(busi.path, `benign/benign (${number}).png`));
    const { bytes } = await stripMetadata(source, 'png');
    expect((await decodePhotograph(bytes)).samples).toEqual((await decodePhotograph(source)).samples);
  }
});
