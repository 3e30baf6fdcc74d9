import { describe, expect, test } from 'vitest';
import { dicomFile, imageModule, items, type TestElement } from '../../test-support/dicom-bytes';
import { openDicomFrame } from '../open-dicom';
import { parseDicom } from '../parse';

const words = (values: readonly number[]) => Buffer.from(Uint16Array.from(values, (value) => value & 0xffff).buffer);

function greyFile(values: readonly number[], elements: readonly TestElement[], signed = false, bits = 16) {
  const image = imageModule({ rows: 1, columns: values.length, allocated: 16, stored: bits, signed });
  return dicomFile([...elements, ...image, ['7fe00010', 'OW', words(values)]]);
}

async function open(file: Buffer) {
  const frame = await openDicomFrame(parseDicom(file), 0);
  return { pixels: [...frame.forModel({ kind: 'auto' }).data], range: frame.range, notes: frame.notes };
}

/** A LUT sequence with one item. */
function lut(sequence: string, descriptor: readonly number[], data: Uint8Array): TestElement {
  return [
    sequence,
    'SQ',
    items([
      ['00283002', 'US', descriptor],
      ['00283006', 'OW', data],
    ]),
  ];
}

const MODALITY_LUT = '00283000';
const VOI_LUT = '00283010';

describe('Modality LUT (PS3.3, C.11.1)', () => {
  test('of a signed image has a signed first input and unsigned output', async () => {
    const modality = lut(MODALITY_LUT, [8, -4, 16], words([0, 5000, 10000, 15000, 20000, 40000, 50000, 60000]));
    // 8-bit entries: 0 up to 54,999, then 255. As a signed number its first input, 40,000, would be -25,536.
    const voi = lut(VOI_LUT, [25_536, 40_000, 8], Buffer.concat([Buffer.alloc(15_000), Buffer.alloc(10_536, 255)]));
    const file = greyFile([-4, -3, -2, -1, 0, 1, 2, 3], [modality, voi], true);
    // DCMTK 3.6.7, `dcmj2pnm +Wl 1`, on the same file made with pydicom.
    expect(await open(file)).toEqual({
      pixels: [0, 0, 0, 0, 0, 0, 0, 255],
      range: { min: 0, max: 60_000 },
      notes: [],
    });
  });

  // DCMTK 3.6.7 ignores Modality LUT and rescale of these two classes, whatever the pixel intensity relationship.
  test.each(['1.2.840.10008.5.1.4.1.1.12.1', '1.2.840.10008.5.1.4.1.1.12.2'])(
    'is ignored for display in %s',
    async (uid) => {
      const inverted = [['00080016', 'UI', uid], lut(MODALITY_LUT, [4, 0, 8], Uint8Array.of(30, 20, 10, 0))] as const;
      const { pixels, notes } = await open(greyFile([0, 1, 2, 3], inverted));
      expect(pixels).toEqual([0, 85, 170, 255]);
      expect(notes).toEqual([
        'The Modality LUT or rescale of the file is ignored: in X-ray angiography it is not for display.',
      ]);
      const rescaled = await open(
        greyFile(
          [0, 3],
          [
            ['00080016', 'UI', uid],
            ['00281053', 'DS', '-1'],
          ],
        ),
      );
      expect(rescaled.pixels).toEqual([0, 255]);
    },
  );

  test('is used in computed radiography', async () => {
    const uid: TestElement = ['00080016', 'UI', '1.2.840.10008.5.1.4.1.1.1'];
    const inverted = lut(MODALITY_LUT, [4, 0, 8], Uint8Array.of(30, 20, 10, 0));
    expect((await open(greyFile([0, 1, 2, 3], [uid, inverted]))).pixels).toEqual([255, 170, 85, 0]);
  });

  // PS3.3, C.11.1: a Modality LUT Sequence shall not be present with a Rescale Intercept. DCMTK and pydicom use the LUT.
  test('is used and reported beside a rescale', async () => {
    const elements: TestElement[] = [
      ['00281052', 'DS', '-1024'],
      ['00281053', 'DS', '1'],
      lut(MODALITY_LUT, [4, 0, 8], Uint8Array.of(30, 20, 10, 0)),
    ];
    const { pixels, notes } = await open(greyFile([0, 1, 2, 3], elements));
    expect(pixels).toEqual([255, 170, 85, 0]);
    expect(notes).toEqual([
      'The file has both a Modality LUT and a rescale, which exclude each other; the LUT was used.',
    ]);
  });

  test('is ignored and reported if shorter than declared', async () => {
    const { pixels, notes } = await open(greyFile([0, 3], [lut(MODALITY_LUT, [9, 0, 16], words([3, 2, 1, 0]))]));
    expect(pixels).toEqual([0, 255]);
    expect(notes).toEqual(['The Modality LUT of the file is incomplete and is ignored.']);
  });
});

describe('VOI LUT (PS3.3, C.11.2)', () => {
  const depth = /bit depth of the VOI LUT entries differs/;

  // The last entries are `top`; the image must reach white. DCMTK displays the first two the same and the others dark,
  // because it trusts the descriptor.
  test.each<[string, readonly number[], Uint8Array, readonly RegExp[]]>([
    ['12 bits, as declared', [4, 0, 12], words([0, 1365, 2730, 4095]), []],
    ['12 bits, called 8', [4, 0, 8], words([0, 1365, 2730, 4095]), [depth]],
    ['12 bits, called 16', [4, 0, 16], words([0, 1365, 2730, 4095]), [depth]],
    ['8 bits in words, called 16', [4, 0, 16], words([0, 85, 170, 255]), [depth]],
    ['8 bits, packed, as declared', [4, 0, 8], Uint8Array.of(0, 85, 170, 255), []],
    ['8 bits, packed, called 16', [4, 0, 16], Uint8Array.of(0, 85, 170, 255), [/narrower than its descriptor/]],
  ])('entries of %s', async (_name, descriptor, data, expected) => {
    const { pixels, notes } = await open(greyFile([0, 1, 2, 3], [lut(VOI_LUT, descriptor, data)]));
    expect(pixels).toEqual([0, 85, 170, 255]);
    for (const note of expected) expect(notes.join()).toMatch(note);
  });

  test('stays below white if it is meant to', async () => {
    const { pixels, notes } = await open(greyFile([0, 1], [lut(VOI_LUT, [2, 0, 16], words([0, 32_768]))]));
    expect([pixels, notes]).toEqual([[0, 128], []]);
  });

  test('of two windows, the doubtful one is reported and the other used', async () => {
    const { pixels, notes } = await open(
      greyFile(
        [0, 4],
        [
          ['00281050', 'DS', '1,200\\2'],
          ['00281051', 'DS', '2,400\\5'],
        ],
      ),
    );
    // Window 2: centre 2, width 5, LINEAR (PS3.3, C.11.2.1.2.1): 0 at or below -0.5 and 255 above 3.5, so 0 is at
    // ((0 - 1.5) / 4 + 0.5) * 255 = 31.9.
    expect(pixels).toEqual([32, 255]);
    expect(notes).toEqual([
      'Value 1 of Window Center is written with a comma and could be 1200 or 1.2, so it is ignored.',
      'Value 1 of Window Width is written with a comma and could be 2400 or 2.4, so it is ignored.',
      'Of the 2 windows of the file, number 1 was not used: no usable centre and no usable width.',
    ]);
  });

  test('a window without its width is ignored, and an unknown function counts as LINEAR', async () => {
    const half = await open(greyFile([0, 4], [['00281050', 'DS', '2']]));
    expect(half.notes).toEqual(['The window of the file was not used: no usable width.']);
    const window: readonly TestElement[] = [
      ['00281050', 'DS', '2'],
      ['00281051', 'DS', '4'],
      ['00281056', 'CS', 'CUBIC'],
    ];
    expect((await open(greyFile([0, 4], window))).notes).toEqual([
      'VOI LUT Function is not a DICOM term; windows are treated as LINEAR.',
    ]);
  });
});

describe('padding (PS3.3, C.7.5.1.1.2)', () => {
  test('may be a range, in either order', async () => {
    const range = (value: number, limit: number): readonly TestElement[] => [
      ['00280120', 'US', [value]],
      ['00280121', 'US', [limit]],
    ];
    const values = [0, 5, 10, 20, 30];
    expect((await open(greyFile(values, range(0, 5)))).range).toEqual({ min: 10, max: 30 });
    expect((await open(greyFile(values, range(5, 0)))).pixels).toEqual([0, 0, 0, 128, 255]);
    expect((await open(greyFile(values, [['00280121', 'US', [5]]]))).notes).toEqual([
      'Pixel Padding Range Limit has no Pixel Padding Value and is ignored.',
    ]);
  });

  test.each([
    ['FL', '7fe00008', 'OF', 32, '00280122', '00280124'],
    ['FD', '7fe00009', 'OD', 64, '00280123', '00280125'],
  ] as const)('of float pixels: %s', async (vr, tag, pixelVr, bits, padding, limit) => {
    const values = [-1e30, -9e29, 0.25, 0.5, 0.75, Number.NaN];
    const bytes = Buffer.from((bits === 32 ? Float32Array.from(values) : Float64Array.from(values)).buffer);
    const image = imageModule({ rows: 1, columns: 6, allocated: bits });
    const file = dicomFile([...image, [padding, vr, [-1e30]], [limit, vr, [-8e29]], [tag, pixelVr, bytes]]);
    const seen = await open(file);
    expect(seen.range).toEqual({ min: 0.25, max: 0.75 });
    expect(seen.pixels).toEqual([0, 0, 0, 128, 255, 0]);
  });
});

test('a supplemental palette is reported, and its values are shown in grey', async () => {
  const palette: readonly TestElement[] = ['00281101', '00281102', '00281103'].map((tag) => [tag, 'US', [2, 3, 16]]);
  const { pixels, notes } = await open(greyFile([0, 4], palette));
  expect(pixels).toEqual([0, 255]);
  expect(notes).toEqual([
    'The file has a supplemental colour palette for some of its values, which are shown in grey.',
  ]);
});

test('a single channel labelled RGB is shown in grey and reported', async () => {
  const image = imageModule({ rows: 1, columns: 2, photometric: 'RGB' });
  const { pixels, notes } = await open(dicomFile([...image, ['7fe00010', 'OB', Uint8Array.of(0, 9)]]));
  expect(pixels).toEqual([0, 255]);
  expect(notes.join()).toContain('is not declared as grey');
});

describe('Presentation LUT Shape (PS3.3, C.8.11.3)', () => {
  // IDENTITY means MONOCHROME2, INVERSE means MONOCHROME1; DCMTK, GDCM and all viewers follow the latter two.
  test.each([
    ['MONOCHROME1', 'IDENTITY', 'MONOCHROME1'],
    ['MONOCHROME1', 'INVERSE', null],
    ['MONOCHROME1', '', null],
    ['MONOCHROME2', 'IDENTITY', null],
    ['MONOCHROME2', 'INVERSE', 'MONOCHROME2'],
    ['MONOCHROME2', 'inverse', 'MONOCHROME2'],
  ])('of %s with %s changes no pixel, and contradictions are noted', async (photometric, shape, shownAs) => {
    const image = imageModule({ rows: 1, columns: 4, allocated: 16, photometric });
    const pixelData: TestElement = ['7fe00010', 'OW', words([0, 1000, 2000, 3000])];
    const presentation: TestElement[] = shape === '' ? [] : [['20500020', 'CS', shape]];
    const { pixels, notes } = await open(dicomFile([...image, ...presentation, pixelData]));
    expect(pixels).toEqual(photometric === 'MONOCHROME1' ? [255, 170, 85, 0] : [0, 85, 170, 255]);
    const note = `Presentation LUT Shape contradicts Photometric Interpretation; the image is shown as ${shownAs}.`;
    expect(notes).toEqual(shownAs === null ? [] : [note]);
  });
});
