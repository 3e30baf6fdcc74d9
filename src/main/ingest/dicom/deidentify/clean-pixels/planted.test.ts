import { describe, expect, test } from 'vitest';
import { stripJpeg } from '../../../jpeg/strip-jpeg';
import { sharp } from '../../../raster/codec';
import { dicomFile, element, encapsulated, imageModule, type TestElement } from '../../../test-support/dicom-bytes';
import { encodeBaseline, encodeFrame } from '../../../test-support/encode-frames';
import { bitsBeside, hideBits, holdsText } from '../../../test-support/planted-text';
import { parseDicom } from '../../parse';
import { readDicomFrame } from '../../read-frame';
import { deidentifyDicom } from '../deidentify-dicom';
import type { DeidentifyOptions } from '../options';

const options: DeidentifyOptions = {
  uidKey: '11'.repeat(32),
  dates: 'remove',
  dateKey: '22'.repeat(32),
  pseudonym: 'patient-0007',
  hash: '33'.repeat(32),
  version: '0.1.0',
};

/** Not in the header: only its position gives it away. */
const SECRET = 'ZACHARIAS 19300203';
const WIDE = Buffer.from(SECRET, 'utf16le');
const PLAIN = Buffer.from(SECRET, 'latin1');

const [WIDTH, HEIGHT] = [40, 32];
const texture = (limit: number) => (_: unknown, index: number) => (index * 7919 + (index >> 3) * 31) % limit;
const bytes8 = Buffer.from(Array.from({ length: WIDTH * HEIGHT }, texture(256)));
const words = (limit: number): Buffer => {
  const bytes = Buffer.alloc(2 * WIDTH * HEIGHT);
  for (let index = 0; index < WIDTH * HEIGHT; index++) bytes.writeUInt16LE(texture(limit)(0, index), 2 * index);
  return bytes;
};
const words12 = words(4096);

const size = { rows: HEIGHT, columns: WIDTH };
const grey8 = imageModule(size);
const grey12 = imageModule({ ...size, allocated: 16, stored: 12 });
const grey16 = imageModule({ ...size, allocated: 16 });

async function samples(file: Buffer): Promise<number[]> {
  return [...(await readDicomFrame(parseDicom(file), 0, new Set())).stored.values];
}

/** De-identifies a file and returns the output, whose image must equal that of `clean`. */
async function cleaned(planted: Buffer, clean: Buffer): Promise<Buffer> {
  expect(holdsText(planted, SECRET)).toBe(true);
  expect(holdsText(clean, SECRET)).toBe(false);
  const readable = await samples(planted).then(
    () => true,
    () => false,
  );
  if (!readable) {
    // A file that a decoder rejects because of the text is not exported, and could not be imported.
    await expect(deidentifyDicom(planted, options)).rejects.toMatchObject({ name: 'FoveaError' });
    return Buffer.alloc(0);
  }
  const { bytes } = await deidentifyDicom(planted, options);
  expect(holdsText(bytes, SECRET)).toBe(false);
  expect((await samples(bytes)).join() === (await samples(clean)).join()).toBe(true);
  return bytes;
}

const pixelsOf = (file: Buffer): Buffer => {
  const { dataSet } = parseDicom(file);
  const { dataOffset, length } = dataSet.elements['x7fe00010'] as { dataOffset: number; length: number };
  return Buffer.from(dataSet.byteArray.subarray(dataOffset, dataOffset + length));
};

describe('uncompressed', () => {
  const file = (module: readonly TestElement[], pixels: Buffer, vr = 'OW') =>
    dicomFile([...module, ['7fe00010', vr, pixels]]);

  test.each([
    ['plain', PLAIN],
    ['UTF-16', WIDE],
  ])('after the image, %s', async (_name, text) => {
    await cleaned(file(grey8, Buffer.concat([bytes8, text])), file(grey8, bytes8));
  });

  test('frames beyond Number of Frames', async () => {
    const second = Buffer.concat([PLAIN, bytes8]).subarray(0, bytes8.length);
    const one: TestElement[] = [...grey8, ['00280008', 'IS', '1 ']];
    const bytes = await cleaned(file(one, Buffer.concat([bytes8, second])), file(one, bytes8));
    expect(pixelsOf(bytes).equals(bytes8)).toBe(true);
  });

  test('frames not counted by Number of Frames are read by import, and therefore counted', async () => {
    const { bytes } = await deidentifyDicom(file(grey8, Buffer.concat([bytes8, bytes8])), options);
    const { dataSet } = parseDicom(bytes);
    expect(dataSet.string('x00280008')).toBe('2');
    expect(pixelsOf(bytes).length).toBe(2 * bytes8.length);
  });

  test.each([
    ['above 12 bits, declared by an overlay', 12, 4, grey12, true],
    ['above 12 bits, without an overlay', 12, 4, grey12, false],
    ['below 12 bits', 0, 4, imageModule({ ...size, allocated: 16, stored: 12, high: 15 }), false],
    ['above signed values', 12, 4, imageModule({ ...size, allocated: 16, stored: 12, signed: true }), false],
  ])('bits %s', async (_name, lowest, count, module, overlay) => {
    const shifted = Buffer.from(words12);
    if (lowest === 0)
      for (let at = 0; at < shifted.length; at += 2) shifted.writeUInt16LE(words12.readUInt16LE(at) << 4, at);
    const group: TestElement[] = overlay
      ? [
          ['60000100', 'US', [16]],
          ['60000102', 'US', [12]],
        ]
      : [];
    const planted = hideBits(shifted, lowest, count, SECRET);
    expect(holdsText(bitsBeside(planted, lowest, count), SECRET)).toBe(true);
    const { bytes } = await deidentifyDicom(file([...module, ...group], planted), options);
    expect(holdsText(bitsBeside(pixelsOf(bytes), lowest, count), SECRET)).toBe(false);
    expect(await samples(bytes)).toEqual(await samples(file(module, shifted)));
  });

  test('a signed value is extended into the bits above it, an unsigned one is not', async () => {
    // 0x800 is -2048 in 12 bits: F800 as a word. Worked out by hand; GDCM and DCMTK sign-extend the same way.
    const pixels = Buffer.alloc(2 * WIDTH * HEIGHT);
    pixels.writeUInt16LE(0x3800, 0);
    const signed = await deidentifyDicom(
      file(imageModule({ ...size, allocated: 16, stored: 12, signed: true }), pixels),
      options,
    );
    expect(pixelsOf(signed.bytes).readUInt16LE(0)).toBe(0xf800);
    const unsigned = await deidentifyDicom(file(grey12, pixels), options);
    expect(pixelsOf(unsigned.bytes).readUInt16LE(0)).toBe(0x0800);
  });

  test('spare bits of a bit-packed image, and the byte that pads it', async () => {
    const module: TestElement[] = [...imageModule({ rows: 3, columns: 3, allocated: 1 }), ['00280008', 'IS', '1 ']];
    const { bytes } = await deidentifyDicom(file(module, Buffer.from([0xff, 0xff, 0x41, 0x42]), 'OB'), options);
    // Nine bits: FF and the lowest bit of the second byte.
    expect([...pixelsOf(bytes)]).toEqual([0xff, 0x01]);
  });

  test('big endian: 16-bit samples, and bytes in words', async () => {
    const swap = (bytes: Buffer) => Buffer.from(bytes).swap16();
    const big = (module: readonly TestElement[], pixels: Buffer) =>
      dicomFile(
        [],
        '1.2.840.10008.1.2.2',
        Buffer.concat(
          [...module, ['7fe00010', 'OW', pixels] as TestElement].map(([tag, vr, value]) => {
            const whole = element([tag, vr, value]);
            const long = vr === 'OW';
            whole.subarray(0, 2).swap16();
            whole.subarray(2, 4).swap16();
            if (long) whole.subarray(8, 12).swap32();
            else whole.subarray(6, 8).swap16();
            if (vr === 'US') whole.subarray(8).swap16();
            return whole;
          }),
        ),
      );
    const hidden = hideBits(words12, 12, 4, SECRET);
    const { bytes } = await deidentifyDicom(big(grey12, swap(hidden)), options);
    expect(swap(pixelsOf(bytes)).equals(words12)).toBe(true);
    const behind = await deidentifyDicom(big(grey8, swap(Buffer.concat([bytes8, PLAIN]))), options);
    expect(swap(pixelsOf(behind.bytes)).equals(bytes8)).toBe(true);
  });

  test('the payload of NaN, in float and double pixels', async () => {
    const floats = Buffer.alloc(4 * WIDTH * HEIGHT);
    for (let at = 0; at < floats.length; at += 4) floats.writeFloatLE(at / 3, at);
    const planted = Buffer.from(floats);
    // FF C? and two letters form one NaN.
    for (const [index, letter] of [...SECRET].entries()) {
      planted.writeUInt32LE(0x7fc00000 | (letter.charCodeAt(0) << 8) | letter.charCodeAt(0), 4 * index);
    }
    const module = imageModule({ ...size, allocated: 32 });
    const { bytes } = await deidentifyDicom(dicomFile([...module, ['7fe00008', 'OF', planted]]), options);
    for (let index = 0; index < SECRET.length; index++) {
      expect(bytes.readUInt32LE(bytes.length - planted.length + 4 * index)).toBe(0x7fc00000);
    }
    expect(bytes.subarray(4 * SECRET.length - floats.length).equals(floats.subarray(4 * SECRET.length))).toBe(true);

    const doubles = Buffer.alloc(8 * WIDTH * HEIGHT);
    doubles.write('ZACHAR\xf8\x7f', 0, 'latin1');
    const wide = imageModule({ ...size, allocated: 64 });
    const { bytes: double } = await deidentifyDicom(dicomFile([...wide, ['7fe00009', 'OD', doubles]]), options);
    expect(double.subarray(-doubles.length).readBigUInt64LE(0)).toBe(0x7ff8000000000000n);
  });

  test('a second image that no reader uses', async () => {
    const second: TestElement = ['7fe00009', 'OD', Buffer.concat([PLAIN, Buffer.alloc(6)])];
    const module = imageModule({ ...size, allocated: 32 });
    const plain = dicomFile([...module, ['7fe00010', 'OW', Buffer.alloc(4 * WIDTH * HEIGHT)]]);
    const both = dicomFile([...module, second, ['7fe00010', 'OW', Buffer.alloc(4 * WIDTH * HEIGHT)]]);
    expect(holdsText((await deidentifyDicom(both, options)).bytes, SECRET)).toBe(false);
    expect(await samples((await deidentifyDicom(plain, options)).bytes)).toEqual(await samples(plain));
  });
});

const segment = (marker: number, content: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
};

/** A JPEG with a text in every possible position. `end`: end of its scan, its last marker. */
function plantedJpegs(jpeg: Buffer): [string, Buffer][] {
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  const end = jpeg.lastIndexOf(Buffer.from([0xff, 0xd9]));
  const put = (at: number, what: Buffer) => Buffer.concat([jpeg.subarray(0, at), what, jpeg.subarray(at)]);
  return [
    ['comment', put(2, segment(0xfe, PLAIN))],
    ['comment in UTF-16', put(2, segment(0xfe, WIDE))],
    ['APP1', put(2, segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), PLAIN])))],
    ['APP14 that is longer than Adobe’s', put(2, segment(0xeb, PLAIN))],
    ['comment before the scan', put(scan, segment(0xfe, PLAIN))],
    ['after the end', Buffer.concat([jpeg, PLAIN])],
    [
      'a second image after the end',
      Buffer.concat([jpeg, jpeg.subarray(0, 2), segment(0xfe, PLAIN), jpeg.subarray(2)]),
    ],
    ['comment after the scan', put(end, segment(0xfe, PLAIN))],
  ];
}

async function frameFile(module: readonly TestElement[], syntax: string, frame: Buffer): Promise<Buffer> {
  return dicomFile(module, syntax, encapsulated([], [frame]));
}

test.each([
  ['baseline', {}],
  ['progressive', { progressive: true }],
])('JPEG, %s: data in a scan after its last code, and in spare bits', async (_name, way) => {
  const raw = { width: WIDTH, height: HEIGHT, channels: 1 } as const;
  const jpeg = await sharp(bytes8, { raw }).jpeg(way).toBuffer();
  const clean = stripJpeg(jpeg);
  expect(clean.removed).toBe(0);
  const end = jpeg.length - 2;
  const planted = Buffer.concat([jpeg.subarray(0, end), PLAIN, jpeg.subarray(end)]);
  expect(stripJpeg(planted)).toMatchObject({ removed: 1, bytes: clean.bytes });
  // Last byte of the data: bits after the last code become 1, as an encoder writes them.
  const spare = Buffer.from(jpeg);
  spare[end - 1] = (spare[end - 1] as number) & 0xfe;
  if (spare[end - 1] !== jpeg[end - 1]) expect(stripJpeg(spare).bytes.equals(clean.bytes)).toBe(true);
});

describe('JPEG baseline', async () => {
  const jpeg = await encodeBaseline(bytes8, WIDTH, HEIGHT);
  const syntax = '1.2.840.10008.1.2.4.50';
  const end = jpeg.lastIndexOf(Buffer.from([0xff, 0xd9]));
  const cases: [string, Buffer][] = [
    ...plantedJpegs(jpeg),
    ['in the data of the scan, after its last code', Buffer.concat([jpeg.subarray(0, end), PLAIN, jpeg.subarray(end)])],
    [
      'a table that no component uses',
      Buffer.concat([
        jpeg.subarray(0, 2),
        segment(0xdb, Buffer.concat([Buffer.from([3]), PLAIN, Buffer.alloc(64 - PLAIN.length, 1)])),
        jpeg.subarray(2),
      ]),
    ],
  ];
  test.each(cases)('%s', async (_name, planted) => {
    await cleaned(await frameFile(grey8, syntax, planted), await frameFile(grey8, syntax, jpeg));
  });

  test('fragments that belong to no frame, and an offset table with other content', async () => {
    const clean = dicomFile([...grey8], syntax, encapsulated([], [jpeg]));
    await cleaned(dicomFile([...grey8], syntax, encapsulated([], [jpeg, PLAIN])), clean);
    const table = Array.from({ length: 4 }, (_, index) => PLAIN.readUInt32LE(4 * index));
    await cleaned(dicomFile([...grey8], syntax, encapsulated([...table, 0x3330], [jpeg])), clean);
    const { bytes } = await deidentifyDicom(dicomFile([...grey8], syntax, encapsulated(table, [jpeg])), options);
    expect(holdsText(bytes, SECRET.slice(0, 8))).toBe(false);
  });

  test('a clean frame keeps its bytes, and the table its only offset', async () => {
    const frame = stripJpeg(jpeg).bytes;
    const data = encapsulated([0], [frame]);
    const { bytes } = await deidentifyDicom(dicomFile([...grey8], syntax, data), options);
    expect(bytes.subarray(-data.length).equals(data)).toBe(true);
  });

  test('extended offset tables', async () => {
    const extended: TestElement = ['7fe00001', 'OV', PLAIN];
    const planted = dicomFile([...grey8, extended], syntax, encapsulated([], [jpeg]));
    await cleaned(planted, dicomFile([...grey8], syntax, encapsulated([], [jpeg])));
  });
});

describe('JPEG lossless', () => {
  const LOSSLESS = { lossy: false, predictor: 1 };

  test('each place', async () => {
    const jpeg = await encodeFrame('encodeJpeg', words(65536), { width: WIDTH, height: HEIGHT, bits: 16 }, LOSSLESS);
    const syntax = '1.2.840.10008.1.2.4.70';
    const end = jpeg.lastIndexOf(Buffer.from([0xff, 0xd9]));
    const inScan: [string, Buffer] = ['in the scan', Buffer.concat([jpeg.subarray(0, end), PLAIN, jpeg.subarray(end)])];
    for (const [, planted] of [...plantedJpegs(jpeg), inScan]) {
      await cleaned(await frameFile(grey16, syntax, planted), await frameFile(grey16, syntax, jpeg));
    }
  });

  test('bits above Bits Stored, which only some decoders show, hold the file back', async () => {
    const planted = hideBits(words12, 12, 4, SECRET);
    const whole = { width: WIDTH, height: HEIGHT, bits: 16 as const };
    const jpeg = await encodeFrame('encodeJpeg', planted, whole, LOSSLESS);
    const file = await frameFile(grey12, '1.2.840.10008.1.2.4.70', jpeg);
    await expect(deidentifyDicom(file, options)).rejects.toMatchObject({ code: 'hidden_data' });
  });
});

describe('JPEG-LS', () => {
  const syntax = '1.2.840.10008.1.2.4.80';
  test('each place', async () => {
    const jls = await encodeFrame(
      'encodeJpegLs',
      words12,
      { width: WIDTH, height: HEIGHT, bits: 12 },
      { lossy: false },
    );
    const clean = await frameFile(grey12, syntax, jls);
    for (const [, planted] of plantedJpegs(jls)) await cleaned(await frameFile(grey12, syntax, planted), clean);
  });

  test('data that no code needs are rejected, however small', async () => {
    // CharLS reads ahead by a word of 8 bytes, which it must not count as used.
    const jls = await encodeFrame(
      'encodeJpegLs',
      words12,
      { width: WIDTH, height: HEIGHT, bits: 12 },
      { lossy: false },
    );
    const end = jls.lastIndexOf(Buffer.from([0xff, 0xd9]));
    for (let count = 1; count <= PLAIN.length; count++) {
      const planted = Buffer.concat([jls.subarray(0, end), PLAIN.subarray(0, count), jls.subarray(end)]);
      const outcome = deidentifyDicom(await frameFile(grey12, syntax, planted), options);
      await expect(outcome, `${count} bytes`).rejects.toMatchObject({ name: 'FoveaError' });
    }
  });

  test('in a middle frame', async () => {
    const jls = await encodeFrame('encodeJpegLs', bytes8, { width: WIDTH, height: HEIGHT, bits: 8 }, { lossy: false });
    const planted = Buffer.concat([jls.subarray(0, -2), PLAIN, jls.subarray(-2)]);
    const file = (middle: Buffer) =>
      dicomFile(imageModule({ ...size, frames: 3 }), syntax, encapsulated([], [jls, middle, jls]));
    expect((await deidentifyDicom(file(jls), options)).bytes.length).toBeGreaterThan(0);
    await expect(deidentifyDicom(file(planted), options)).rejects.toMatchObject({ name: 'FoveaError' });
  });

  test('after each of three scans, one per colour', async () => {
    const grey = await encodeFrame('encodeJpegLs', bytes8, { width: WIDTH, height: HEIGHT, bits: 8 }, { lossy: false });
    const scan = grey.indexOf(Buffer.from([0xff, 0xda]));
    const data = grey.subarray(scan + 2 + grey.readUInt16BE(scan + 2), -2);
    // T.87, C.2: three components of one sample each; a scan of one, NEAR 0, not interleaved.
    const components = [1, 2, 3].flatMap((id) => [id, 0x11, 0]);
    const frame = segment(0xf7, Buffer.from([8, 0, HEIGHT, 0, WIDTH, 3, ...components]));
    const make = (planted: number): Buffer =>
      Buffer.concat([
        Buffer.from([0xff, 0xd8]),
        frame,
        ...[1, 2, 3].flatMap((id) => [
          segment(0xda, Buffer.from([1, id, 0, 0, 0, 0])),
          data,
          id === planted ? PLAIN : Buffer.alloc(0),
        ]),
        Buffer.from([0xff, 0xd9]),
      ]);
    const colour = imageModule({ ...size, samples: 3, photometric: 'RGB' });
    const clean = await frameFile(colour, syntax, make(0));
    expect((await samples(clean)).slice(0, 6)).toEqual([
      bytes8[0],
      bytes8[0],
      bytes8[0],
      bytes8[1],
      bytes8[1],
      bytes8[1],
    ]);
    for (const planted of [1, 2, 3]) await cleaned(await frameFile(colour, syntax, make(planted)), clean);
  });
});

describe.each([
  ['JPEG 2000', 'encodeJpeg2000', '1.2.840.10008.1.2.4.90'],
  ['JPEG 2000 high throughput', 'encodeHtJpeg2000', '1.2.840.10008.1.2.4.201'],
] as const)('%s', (_name, encoder, syntax) => {
  const make = () => encodeFrame(encoder, words12, { width: WIDTH, height: HEIGHT, bits: 12 }, { lossy: false });
  const comment = (text: Buffer): Buffer => {
    const head = Buffer.from([0xff, 0x64, 0, 0, 0, 1]);
    head.writeUInt16BE(text.length + 4, 2);
    return Buffer.concat([head, text]);
  };

  test('comments, surrounding boxes, after the end', async () => {
    const codestream = await make();
    const clean = await frameFile(grey12, syntax, codestream);
    const siz = 4 + codestream.readUInt16BE(4);
    const insert = (text: Buffer) =>
      Buffer.concat([codestream.subarray(0, siz), comment(text), codestream.subarray(siz)]);
    const box = Buffer.concat([Buffer.from([0, 0, 0, 8 + PLAIN.length]), Buffer.from('xml '), PLAIN]);
    const wrapped = Buffer.concat([box, Buffer.from([0, 0, 0, 0]), Buffer.from('jp2c'), codestream]);
    for (const planted of [insert(PLAIN), insert(WIDE), wrapped, Buffer.concat([codestream, PLAIN])]) {
      await cleaned(await frameFile(grey12, syntax, planted), clean);
    }
  });

  test('after the last packet of a tile', async () => {
    const codestream = await make();
    const start = codestream.lastIndexOf(Buffer.from([0xff, 0x90, 0, 10]));
    const end = codestream.lastIndexOf(Buffer.from([0xff, 0xd9]));
    const planted = Buffer.concat([codestream.subarray(0, end), PLAIN, codestream.subarray(end)]);
    const length = planted.readUInt32BE(start + 6);
    if (length > 0) planted.writeUInt32BE(length + PLAIN.length, start + 6);
    await cleaned(await frameFile(grey12, syntax, planted), await frameFile(grey12, syntax, codestream));
  });
});

describe('run lengths', () => {
  const syntax = '1.2.840.10008.1.2.5';
  /** 40 bytes literally: control byte 39. */
  const rows = (plane: Buffer) =>
    Array.from({ length: HEIGHT }, (_, row) =>
      Buffer.concat([Buffer.from([WIDTH - 1]), plane.subarray(row * WIDTH, (row + 1) * WIDTH)]),
    );
  const frameOf = (planes: readonly Buffer[], more: (bytes: Buffer) => Buffer = (bytes) => bytes): Buffer => {
    const header = Buffer.alloc(64);
    header.writeUInt32LE(planes.length, 0);
    let at = 64;
    const parts = planes.map((plane, index) => {
      header.writeUInt32LE(at, 4 + 4 * index);
      const part = more(Buffer.concat(rows(plane)));
      at += part.length;
      return part;
    });
    return Buffer.concat([header, ...parts]);
  };
  const plane = (raw: Buffer, byte: number) => Buffer.from(raw.filter((_, index) => index % 2 === byte));

  test('remainders, unused offsets of the header, after the last segment, a meaningless control byte', async () => {
    const frame = frameOf([bytes8]);
    const clean = await frameFile(grey8, syntax, frame);
    const inHeader = Buffer.from(frame);
    PLAIN.copy(inHeader, 30);
    const idle = Buffer.concat([...[...PLAIN].map(() => Buffer.from([0x80]))]);
    const behindSegment = frameOf([bytes8], (bytes) => Buffer.concat([bytes, PLAIN]));
    for (const planted of [inHeader, Buffer.concat([frame, PLAIN]), behindSegment]) {
      const bytes = await cleaned(await frameFile(grey8, syntax, planted), clean);
      // A second pass changes nothing.
      expect((await deidentifyDicom(bytes, options)).bytes.length).toBe(bytes.length);
    }
    const idled = await frameFile(
      grey8,
      syntax,
      frameOf([bytes8], (bytes) => Buffer.concat([idle, bytes])),
    );
    const written = pixelsOf((await deidentifyDicom(idled, options)).bytes);
    expect(written.equals(pixelsOf((await deidentifyDicom(clean, options)).bytes))).toBe(true);
  });

  test('bits above 12', async () => {
    const planted = hideBits(words12, 12, 4, SECRET);
    const file = (raw: Buffer) => frameFile(grey12, syntax, frameOf([plane(raw, 1), plane(raw, 0)]));
    const [hidden, clean] = [
      await deidentifyDicom(await file(planted), options),
      await deidentifyDicom(await file(words12), options),
    ];
    expect(pixelsOf(hidden.bytes).equals(pixelsOf(clean.bytes))).toBe(true);
    expect(await samples(hidden.bytes)).toEqual(await samples(await file(words12)));
  });
});

describe('a whole frame beyond Number of Frames, in compressed data', () => {
  const one = imageModule({ ...size, frames: 1 });
  const whole = { width: WIDTH, height: HEIGHT, bits: 8 as const };
  const comment = (stream: Buffer): Buffer =>
    Buffer.concat([stream.subarray(0, 2), segment(0xfe, PLAIN), stream.subarray(2)]);
  /** One segment of literal runs, with the text among its samples. */
  const runLengths = (samples: Buffer): Buffer => {
    const header = Buffer.alloc(64);
    header.writeUInt32LE(1, 0);
    header.writeUInt32LE(64, 4);
    const rows = Array.from({ length: HEIGHT }, (_, row) => [
      Buffer.from([WIDTH - 1]),
      samples.subarray(row * WIDTH, (row + 1) * WIDTH),
    ]);
    return Buffer.concat([header, ...rows.flat()]);
  };
  const withText = Buffer.concat([PLAIN, bytes8]).subarray(0, bytes8.length);

  test.each([
    [
      'JPEG baseline',
      '1.2.840.10008.1.2.4.50',
      async () => {
        const jpeg = await encodeBaseline(bytes8, WIDTH, HEIGHT);
        return [jpeg, comment(jpeg)];
      },
    ],
    [
      'JPEG-LS',
      '1.2.840.10008.1.2.4.80',
      async () => {
        const jls = await encodeFrame('encodeJpegLs', bytes8, whole, { lossy: false });
        return [jls, comment(jls)];
      },
    ],
    ['run lengths', '1.2.840.10008.1.2.5', async () => [runLengths(bytes8), runLengths(withText)]],
  ])('%s: is cut off', async (_name, syntax, make) => {
    const [shown, surplus] = (await make()) as [Buffer, Buffer];
    const clean = dicomFile(one, syntax, encapsulated([0], [shown]));
    const padded = shown.length + (shown.length % 2);
    for (const offsets of [[], [0], [0, padded + 8]]) {
      const bytes = await cleaned(dicomFile(one, syntax, encapsulated(offsets, [shown, surplus])), clean);
      expect(bytes.length).toBe((await deidentifyDicom(clean, options)).bytes.length);
    }
  });
});
