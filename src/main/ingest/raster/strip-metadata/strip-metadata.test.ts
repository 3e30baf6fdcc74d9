import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { mutate } from '../../test-support/mutate';
import { holdsText } from '../../test-support/planted-text';
import { seededRandom } from '../../test-support/random';
import { sharedData } from '../../test-support/shared-data';
import { sharp } from '../codec';
import { decodeBitmap } from '../decode-bitmap';
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

describe('images without metadata', () => {
  test('PNG: text, times, EXIF and data after the end are removed; the image stays', async () => {
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
    expect((await sharp(bytes).raw().toBuffer()).equals(noise)).toBe(true);
  });

  test.each([
    ['baseline', {}],
    ['progressive', { progressive: true }],
  ])(
    'JPEG, %s: application segments, comments and thumbnails are removed; the scans keep their bytes',
    async (_name, way) => {
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
    },
  );

  test('the orientation stays, without the rest of the EXIF', async () => {
    for (const kind of ['jpeg', 'png'] as const) {
      const source = await picture().withMetadata({ orientation: 6 }).toFormat(kind).toBuffer();
      const { bytes } = await stripMetadata(source, kind);
      expect((await sharp(bytes).metadata()).orientation).toBe((await sharp(source).metadata()).orientation);
      expect((await decodeBitmap(bytes)).width).toBe((await decodeBitmap(source)).width);
      expect(bytes.toString('latin1')).not.toContain('Muster');
    }
  });

  test('CMYK keeps the Adobe segment that names its colour encoding', async () => {
    const source = await picture().toColourspace('cmyk').jpeg().toBuffer();
    const { bytes } = await stripMetadata(source, 'jpeg');
    expect(bytes.toString('latin1')).toContain('Adobe');
  });

  test('each of 400 damaged images is rejected with a reason or complete', async () => {
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

describe('invisible pixels of a PNG', () => {
  /** The picture that libvips shows over white, and over black. */
  const shown = async (bytes: Buffer, background: string) => sharp(bytes).flatten({ background }).raw().toBuffer();
  const sameOverBoth = async (a: Buffer, b: Buffer) => {
    for (const colour of ['#ffffff', '#000000'])
      expect((await shown(a, colour)).equals(await shown(b, colour))).toBe(true);
  };

  test.each([8, 16] as const)('colours under full transparency, %i bits', async (depth) => {
    const raw = Buffer.alloc(16 * 16 * 4, 0);
    for (let pixel = 0; pixel < 256; pixel++) {
      const hidden = pixel % 2 === 0;
      raw.set(hidden ? [77, 85, 83, 0] : [pixel, 10, 20, 200], 4 * pixel);
    }
    const wide = Uint16Array.from(raw, (value) => value * 257);
    const image =
      depth === 8
        ? sharp(raw, { raw: { width: 16, height: 16, channels: 4 } }).png()
        : sharp(wide, { raw: { width: 16, height: 16, channels: 4 } })
            .toColourspace('rgb16')
            .png();
    const source = await image.toBuffer();
    const { bytes } = await stripMetadata(source, 'png');
    const pixels = await sharp(bytes).raw({ depth: 'uchar' }).toBuffer();
    expect([...pixels.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    await sameOverBoth(bytes, source);
  });

  test('unused palette entries, and which of several transparent ones a pixel uses', async () => {
    const head = Buffer.from('89504e470d0a1a0a', 'hex');
    const ihdr = Buffer.from([0, 0, 0, 4, 0, 0, 0, 1, 8, 3, 0, 0, 0]);
    const palette = Buffer.from([1, 2, 3, 9, 9, 9, 8, 8, 8, ...Buffer.from('MUSTER')]);
    const source = Buffer.concat([
      head,
      chunk('IHDR', ihdr.toString('latin1')),
      chunk('PLTE', palette.toString('latin1')),
      chunk('tRNS', '\xff\0\0'),
      chunk(
        'IDAT',
        deflateSync(Buffer.concat([Buffer.from([0, 0, 1, 2, 1]), Buffer.from('MUSTER')])).toString('latin1'),
      ),
      chunk('IDAT', 'MUSTER'),
      chunk('IEND', ''),
    ]);
    const { bytes } = await stripMetadata(source, 'png');
    expect(bytes.toString('latin1')).not.toContain('MUSTER');
    const plte = bytes.indexOf('PLTE') + 4;
    expect([...bytes.subarray(plte, plte + bytes.readUInt32BE(plte - 8))]).toEqual([1, 2, 3, 0, 0, 0]);
    const idat = bytes.indexOf('IDAT') + 4;
    // By hand: filter 0; the opaque pixel, and three that become the first of the transparent entries.
    expect([...inflateSync(bytes.subarray(idat, idat + bytes.readUInt32BE(idat - 8)))]).toEqual([0, 0, 1, 1, 1]);
    await sameOverBoth(bytes, source);
  });

  test.each([
    ['interlaced colour', (image: ReturnType<typeof picture>) => image.png({ progressive: true })],
    [
      'interlaced palette',
      (image: ReturnType<typeof picture>) => image.png({ palette: true, colours: 4, progressive: true }),
    ],
    [
      '1 bit',
      (image: ReturnType<typeof picture>) => image.toColourspace('b-w').threshold().png({ palette: true, colours: 2 }),
    ],
  ])('%s looks the same', async (_name, make) => {
    const source = await make(picture()).toBuffer();
    const { bytes } = await stripMetadata(source, 'png');
    expect((await sharp(bytes).raw().toBuffer()).equals(await sharp(source).raw().toBuffer())).toBe(true);
  });
});

describe('a text in each place of an image', () => {
  const SECRET = 'ZACHARIAS 19300203';
  const put = (bytes: Buffer, at: number, ...what: readonly Buffer[]) =>
    Buffer.concat([bytes.subarray(0, at), ...what, bytes.subarray(at)]);
  /** The text must be absent from the bytes and from their inflated data, and the image unchanged. */
  const expectGone = async (source: Buffer, kind: 'png' | 'jpeg', text = SECRET) => {
    const { bytes, removed } = await stripMetadata(source, kind);
    expect(removed).toBeGreaterThan(0);
    expect(holdsText(bytes, text)).toBe(false);
    const [before, after] = [await decodeBitmap(source), await decodeBitmap(bytes)];
    expect(Buffer.compare(Buffer.from(before.samples.buffer), Buffer.from(after.samples.buffer))).toBe(0);
    expect((await stripMetadata(bytes, kind)).bytes.equals(bytes)).toBe(true);
  };

  test.each([
    ['tEXt', `Author\0${SECRET}`],
    ['zTXt', `Author\0\0${deflateSync(SECRET).toString('latin1')}`],
    ['iTXt', `XML:com.adobe.xmp\0\0\0\0\0${SECRET}`],
    ['eXIf', `MM\0*\0\0\0\x08\0\0\0\0\0\0${SECRET}`],
    ['iCCP', `${SECRET}\0\0${deflateSync('profile').toString('latin1')}`],
    ['tIME', '\x07\x8a\x02\x03\x0a\x0b\x0c'],
    ['gAMA', 'ZACH'],
    ['cHRM', 'ZACHARIASZACHARIASZACHARIASZACHA'],
    ['bKGD', 'ZACHAR'],
    ['sPLT', `${SECRET}\0\x08`],
    ['oFFs', 'ZACHARIAS'],
    ['sCAL', `\x01${SECRET}\0`],
    ['pCAL', `${SECRET}\0`],
    ['acTL', 'ZACHARIA'],
    ['fdAT', `\0\0\0\x01${SECRET}`],
    ['prVt', SECRET],
    ['tRNS', 'ZACHAR'],
    ['sBIT', 'ZAC'],
    ['sRGB', 'ZACHARIAS'],
    ['pHYs', 'ZACHARIAS'],
  ])('PNG: %s', async (type, content) => {
    const made = await sharp(noise, { raw: { width: 40, height: 30, channels: 3 } })
      .png()
      .toBuffer();
    const clean = put(made, 33);
    const source = put(clean, clean.indexOf('IDAT') - 4, chunk(type, content));
    const { bytes } = await stripMetadata(source, 'png');
    expect(holdsText(bytes, content.includes('ZACH') ? 'ZAC' : content)).toBe(false);
    if (type !== 'tIME' && type !== 'pHYs') expect(bytes.includes(type)).toBe(false);
    await expectGone(source, 'png');
  });

  test('PNG: after IEND, and in IEND', async () => {
    const made = await picture().png().toBuffer();
    await expectGone(Buffer.concat([made, Buffer.from(SECRET)]), 'png');
    await expectGone(Buffer.concat([made.subarray(0, -12), chunk('IEND', SECRET)]), 'png');
  });

  test('PNG: a transparent colour in use stays', async () => {
    const grey = Buffer.from([10, 20, 30, 40]);
    const made = await sharp(grey, { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const at = made.indexOf('IDAT') - 4;
    // Some pixel has the colour 20; none has 21.
    const [used, unused] = ['\0\x14', '\0\x15'].map((key) => put(made, at, chunk('tRNS', key))) as [Buffer, Buffer];
    expect((await stripMetadata(used, 'png')).bytes.includes('tRNS')).toBe(true);
    expect((await stripMetadata(unused, 'png')).bytes.includes('tRNS')).toBe(false);
  });

  test.each([
    ['JFXX thumbnail', segment(0xe0, `JFXX\0\x13\x02\x03${SECRET}`)],
    ['Exif', segment(0xe1, `Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0${SECRET}`)],
    ['XMP', segment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${SECRET}</x:xmpmeta>`)],
    ['extended XMP', segment(0xe1, `http://ns.adobe.com/xmp/extension/\0${SECRET}`)],
    ['colour profile', segment(0xe2, `ICC_PROFILE\0\x01\x01${SECRET}`)],
    ['multi-picture', segment(0xe2, `MPF\0${SECRET}`)],
    ['IPTC', segment(0xed, `Photoshop 3.0\x008BIM\x04\x04\0\0\0\x12${SECRET}`)],
    ['Ducky', segment(0xec, `Ducky${SECRET}`)],
    ['comment', segment(0xfe, SECRET)],
    ['APP14 that is longer than Adobe’s', segment(0xee, `Adobe\0\x64\0\0\0\0\x01${SECRET}`)],
    ['an unused quantization table', segment(0xdb, `\x03${SECRET}${'\x01'.repeat(46)}`)],
  ])('JPEG: %s', async (_name, one) => {
    const made = await sharp(noise, { raw: { width: 40, height: 30, channels: 3 } })
      .jpeg()
      .toBuffer();
    for (const at of [2, 4 + made.readUInt16BE(4), made.indexOf(Buffer.from([0xff, 0xda]))]) {
      await expectGone(put(made, at, one), 'jpeg');
    }
  });

  test('JPEG: a thumbnail in JFIF, and a second image after the end', async () => {
    const made = await picture().jpeg().toBuffer();
    const start = made.indexOf('JFIF') < 0 ? 2 : 4 + made.readUInt16BE(4);
    // A thumbnail of 2 by 3 pixels is 18 bytes.
    const withThumbnail = put(
      made.subarray(start),
      0,
      made.subarray(0, 2),
      segment(0xe0, `JFIF\0\x01\x01\0\0\x01\0\x01\x02\x03${SECRET}`),
    );
    await expectGone(withThumbnail, 'jpeg');
    await expectGone(Buffer.concat([made, made.subarray(0, 2), segment(0xfe, SECRET), made.subarray(2)]), 'jpeg');
  });

  test.each(['png', 'jpeg'] as const)(
    '%s: non-square pixels keep their aspect ratio, without their density',
    async (kind) => {
      const made = await sharp(noise, { raw: { width: 40, height: 30, channels: 3 } })
        .toFormat(kind)
        .toBuffer();
      // "ZA" by "EA", 23105 by 17729 dots: 1.30323 as high as wide.
      const source =
        kind === 'png'
          ? put(made, made.indexOf('IDAT') - 4, chunk('pHYs', '\0\0ZA\0\0EA\x01'))
          : Buffer.concat([
              made.subarray(0, 2),
              segment(0xe0, 'JFIF\0\x01\x01\x01ZAEA\0\0'),
              made.subarray(made.indexOf('JFIF') < 0 ? 2 : 4 + made.readUInt16BE(4)),
            ]);
      expect((await decodeBitmap(source)).pixelAspect).toBeCloseTo(1.30323, 5);
      const { bytes } = await stripMetadata(source, kind);
      expect((await decodeBitmap(bytes)).pixelAspect).toBeCloseTo(1.30323, 3);
      expect(bytes.includes(kind === 'png' ? '\0\0ZA\0\0EA' : 'ZAEA')).toBe(false);
    },
  );

  test('noise is stored as it is, and compressible data compressed', async () => {
    const raw = { width: 700, height: 700, channels: 3 } as const;
    const next = seededRandom(7);
    const random = Buffer.from(Array.from({ length: 700 * 700 * 3 }, () => next() * 256));
    const mixed = Buffer.from(random);
    for (let at = 0; at < mixed.length; at++) if (at % 2100 < 1200) mixed[at] = 0;
    for (const pixels of [random, mixed]) {
      const source = await sharp(pixels, { raw }).png().toBuffer();
      const { bytes } = await stripMetadata(source, 'png');
      expect((await sharp(bytes).raw().toBuffer()).equals(pixels)).toBe(true);
      expect(bytes.length).toBeLessThan(1.03 * source.length);
    }
  });
});

const busi = sharedData('busi');

test.skipIf(busi.missing)(`images of a public data set keep their pixels${busi.why}`, async () => {
  for (const number of [1, 20, 100]) {
    const source = readFileSync(join(busi.path, `benign/benign (${number}).png`));
    const { bytes } = await stripMetadata(source, 'png');
    expect((await decodeBitmap(bytes)).samples).toEqual((await decodeBitmap(source)).samples);
  }
});
