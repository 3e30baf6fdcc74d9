import { describe, expect, test } from 'vitest';
import { dicomFile, imageModule, items, type TestElement } from '../../test-support/dicom-bytes';
import { holdsText } from '../../test-support/planted-text';
import { openDicomFrame } from '../open-dicom';
import { parseDicom } from '../parse';
import { deidentifyDicom } from './deidentify-dicom';
import type { DeidentifyOptions } from './options';

const options: DeidentifyOptions = {
  uidKey: '11'.repeat(32),
  dates: 'remove',
  dateKey: '22'.repeat(32),
  pseudonym: 'patient-0007',
  hash: '33'.repeat(32),
  version: '0.1.0',
};

/** The name of a person whom the file does not mention elsewhere: only its position gives it away. */
const SECRET = 'Zacharias Wenzel';
const bytes = Buffer.from(SECRET, 'latin1');
const swapped = Buffer.from(bytes).swap16();

/** Elements in tag order, as every reader requires. */
const image: readonly TestElement[] = [
  ...imageModule({ rows: 2, columns: 3 }),
  ['7fe00010', 'OB', Buffer.from([0, 1, 2, 3, 4, 5])],
];
const file = (...more: readonly TestElement[]): Buffer =>
  dicomFile(
    [...new Map([...image, ...more].map((one) => [one[0], one])).values()].sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** De-identifies a file; the text must be gone and the image unchanged. */
async function cleaned(source: Buffer, ...texts: readonly string[]): Promise<Buffer> {
  for (const text of texts) expect(holdsText(source, text), text).toBe(true);
  const { bytes: out } = await deidentifyDicom(source, options);
  for (const text of texts) expect(holdsText(out, text), text).toBe(false);
  const shown = async (of: Buffer) => (await openDicomFrame(parseDicom(of), 0)).forDisplay(null, false);
  expect(await shown(out)).toEqual(await shown(source));
  return out;
}

const inItem = (...elements: readonly TestElement[]): TestElement => ['00082218', 'SQ', items(elements)];

describe('text that its attribute cannot hold', () => {
  test.each<[string, TestElement]>([
    ['a code string with small letters and more than 16 of them', ['00180015', 'CS', `${SECRET} Senior`]],
    ['a code string with a name in it', ['00080008', 'CS', 'ORIGINAL\\Zacharias^Wenzel']],
    ['a code string in UN', ['00180015', 'UN', Buffer.from('Zacharias^Wenzel')]],
    ['after a NUL in a text', ['00080070', 'LO', `Maker\0${SECRET}`]],
    ['after a NUL in a code string', ['00180015', 'CS', `CHEST\0${SECRET}`]],
    ['more values than the attribute has', ['00181030', 'LO', SECRET]],
    ['a second body part', ['00180015', 'CS', 'CHEST\\ZACHARIAS']],
    ['a second maker', ['00080070', 'LO', `Maker\\${SECRET}`]],
    ['a text that is longer than its kind', ['00080070', 'LO', `Report on ${SECRET}: ${'no finding, '.repeat(8)}`]],
    ['a short string that is longer than its kind', ['00180024', 'SH', `Sequence of ${SECRET}`]],
    ['an age', ['00101010', 'AS', SECRET]],
    ['an age in an item that is kept', inItem(['00101010', 'AS', SECRET])],
    ['a UID of a class', ['0008001b', 'UI', SECRET]],
    ['the UID of a mapping resource', inItem(['00080118', 'UI', SECRET])],
    ['a UID of an instance', inItem(['00081155', 'UI', SECRET])],
    ['a decimal string', ['00180050', 'DS', SECRET]],
    ['an integer string in an item', inItem(['00200013', 'IS', `1\\${SECRET}`])],
    ['doubles', ['00189073', 'FD', bytes]],
    ['doubles in an item', inItem(['00189079', 'FD', bytes])],
    ['words of 16 bits', ['00286020', 'US', bytes]],
    ['words of 16 bits, swapped', ['00286020', 'US', swapped]],
    ['words of 32 bits', ['00081161', 'UL', bytes]],
    ['words of 64 bits', ['7fe00003', 'UV', bytes]],
    ['selected words of 64 bits', inItem(['00720083', 'UN', bytes])],
    ['names of attributes', ['00280009', 'AT', bytes]],
    ['names of attributes in an item', inItem(['00209165', 'AT', bytes])],
    ['a date', ['00080022', 'DA', SECRET]],
    ['a time that the table does not name', inItem(['00081163', 'TM', SECRET])],
    ['a private attribute with a known creator', ['00291010', 'OB', bytes]],
    ['a private creator', ['00290010', 'LO', SECRET]],
    ['an unknown attribute as bytes', ['00280fff', 'OB', bytes]],
    ['an unknown attribute as a text in a sequence', inItem(['00280fff', 'LO', SECRET])],
    ['a known sequence that is stored as bytes', ['00082218', 'OB', bytes]],
    ['a known sequence in UN', ['00082218', 'UN', bytes]],
    ['a known text that is stored as a sequence', ['00080070', 'SQ', items([['00100010', 'PN', SECRET]])]],
  ])('%s', async (_name, element) => {
    const text = element[1] === 'US' && element[2] === swapped ? swapped.toString('latin1') : SECRET;
    const isPart = [SECRET, 'Zacharias^Wenzel', 'ZACHARIAS'].find((one) => holdsText(file(element), one)) ?? text;
    await cleaned(file(element), isPart);
  });

  test.each(['shift', 'remove'] as const)('an invalid time of day: %s', async (dates) => {
    // 47:11:00 is a patient number, not a time; 10:11:12 is a time.
    const source = file(
      ['00080030', 'TM', '471100'],
      ['00080031', 'TM', '101112'],
      ['0008002a', 'DT', '20240131471100'],
    );
    const { bytes: out } = await deidentifyDicom(source, { ...options, dates });
    expect(holdsText(out, '471100')).toBe(false);
    expect(holdsText(out, '101112')).toBe(dates === 'shift');
  });

  test('a UID that only starts like those of DICOM', async () => {
    const out = await cleaned(file(inItem(['00081155', 'UI', '1.2.840.10008.98765432101'])), '98765432101');
    expect(holdsText(out, '2.25.')).toBe(true);
  });
});

describe('parts of objects other than images', () => {
  test.each<[string, TestElement]>([
    ['an encapsulated document', ['00420011', 'OB', bytes]],
    ['the kind of a document', ['00420012', 'LO', SECRET]],
    ['a directory record', ['00041500', 'CS', 'ZACHARIAS\\IMG1']],
    ['a waveform', ['54000100', 'SQ', items([['54001010', 'OW', bytes]])]],
    ['a waveform at the top', ['54001010', 'OW', bytes]],
    ['spectroscopy', ['56000020', 'OF', bytes]],
    ['an icon', ['00880200', 'SQ', items([...imageModule({ rows: 2, columns: 8 }), ['7fe00010', 'OB', bytes]])]],
    ['pixel data in a sequence', inItem(['7fe00010', 'OW', bytes])],
    ['audio', ['50002000', 'OW', bytes]],
    ['a curve', ['50003000', 'OW', bytes]],
    ['a curve label', ['50002500', 'LO', SECRET]],
    ['an overlay', ['60003000', 'OW', bytes]],
    ['an overlay of the last group', ['601e3000', 'OW', bytes]],
    ['an overlay label in a sequence', inItem(['60001500', 'LO', SECRET])],
    [
      'the text of a structured report',
      [
        '0040a730',
        'SQ',
        items([
          ['0040a040', 'CS', 'TEXT'],
          ['0040a160', 'UT', SECRET],
          ['0040a123', 'PN', SECRET],
        ]),
      ],
    ],
    ['a hanging protocol', ['00720008', 'LO', SECRET]],
    ['a boarding pass', ['4010101a', 'SH', SECRET]],
    ['vectors of a surface', ['00660016', 'OF', bytes]],
    ['a retired palette', ['00281211', 'OW', bytes]],
    ['a signature', ['fffafffa', 'SQ', items([['04000120', 'OB', bytes]])]],
    ['encrypted attributes', ['04000500', 'SQ', items([['04000520', 'OB', bytes]])]],
    ['padding at the end', ['fffcfffc', 'OB', bytes]],
    ['an extended offset table', ['7fe00001', 'OV', bytes]],
    ['a length of a group', ['00280000', 'UL', bytes]],
    ['a command', ['00000902', 'LO', SECRET]],
    ['a file meta element in the data set', ['00020102', 'OB', bytes]],
    ['the address of a clock', ['00181803', 'LO', SECRET]],
    ['a retired order number', ['00401006', 'SH', SECRET]],
    ['a comment of the dose', ['30040006', 'LO', SECRET]],
  ])('%s', async (_name, element) => {
    const own = file(element);
    const source = element[0] < '00080000' ? dicomFile([element, ...image]) : own;
    await cleaned(source, holdsText(source, SECRET) ? SECRET : 'ZACHARIAS');
  });

  test('the preamble, the file meta group, and data after the data set', async () => {
    const source = file();
    source.write(SECRET, 40, 'latin1');
    const behind = Buffer.concat([source, bytes]);
    const out = await cleaned(behind, SECRET);
    expect(out.subarray(0, 128).equals(Buffer.alloc(128))).toBe(true);
  });
});

test('names in an item are read in the character set of the surrounding data set', async () => {
  // "Weiß" is too short to be searched for in bytes, and "山田" in ISO 2022 has no distinctive bytes.
  const latin = (text: string) => Buffer.from(text, 'latin1');
  const german = file(
    ['00080005', 'CS', 'ISO_IR 144'],
    ['00100010', 'PN', Buffer.from('\xb8\xd2\xd0\xdd^\xbe\xdb\xd5\xd3', 'latin1')],
    inItem(['00080104', 'LO', latin('CT: \xb8\xd2\xd0\xdd')]),
  );
  // Иван in ISO 8859-5.
  await cleaned(german, '\xb8\xd2\xd0\xdd');
  const japanese = file(
    ['00080005', 'CS', '\\ISO 2022 IR 87'],
    ['00100010', 'PN', Buffer.from('Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B', 'latin1')],
    inItem(['00080104', 'LO', Buffer.from('\x1b$B;3ED\x1b(B', 'latin1')]),
  );
  await cleaned(japanese, ';3ED');
});

describe('a short name or id of the file as a whole value', () => {
  const who = (id: string, name = 'Ng^Bo'): TestElement[] => [
    ['00100010', 'PN', name],
    ['00100020', 'LO', id],
  ];
  const written = async (source: Buffer, tag: string) =>
    parseDicom((await deidentifyDicom(source, options)).bytes).dataSet.string(`x${tag}`);

  const ids = ['4711', '0815', '471', 'A7', '12-34'];
  const places: readonly (readonly [string, string])[] = [
    ['00180015', 'CS'],
    ['00081090', 'LO'],
    ['00281054', 'LO'],
    ['00181160', 'SH'],
  ];
  test.each(ids.flatMap((id) => places.map(([tag, vr]) => [id, tag, vr] as const)))('%s in %s', async (id, tag, vr) => {
    for (const value of [id, ` ${id.toLowerCase()}`]) {
      expect(await written(file(...who(id), [tag, vr, value]), tag), value).toBe('REMOVED');
    }
  });

  test.each(ids)('%s as one value of Image Type', async (id) => {
    const source = file(...who(id), ['00080008', 'CS', `ORIGINAL\\PRIMARY\\${id}`]);
    expect(await written(source, '00080008')).toBe('ORIGINAL\\PRIMARY\\REMOVED');
  });

  test.each(['Ng', 'BO', 'Ng^Bo', 'Bo Ng', 'NG, B.', 'Ng Bo 4711', '04711'])('the name %s', async (text) => {
    for (const [tag, vr] of [
      ['00281054', 'LO'],
      ['00181160', 'SH'],
    ] as const)
      expect(await written(file(...who('4711'), [tag, vr, text]), tag)).toBe('REMOVED');
  });

  test.each<[string, string]>([
    ['00080050', 'B2'],
    ['00101000', 'Q'],
    ['00120040', '17'],
    ['00200010', '4711'],
  ])('the id in %s', async (tag, id) => {
    expect(await written(file([tag, 'SH', id], ['00180015', 'CS', id]), '00180015')).toBe('REMOVED');
  });

  test('a name of one ideograph', async () => {
    const source = file(
      ['00080005', 'CS', 'ISO_IR 192'],
      ['00100010', 'PN', Buffer.from('Li^Na=李^娜')],
      ['00081090', 'LO', Buffer.from('李')],
    );
    expect(await written(source, '00081090')).toBe('REMOVED');
  });

  test.each<[string, string, TestElement]>([
    ['a unit of the standard', 'US', ['00281054', 'LO', 'US']],
    ['a modality', 'CT', ['00080060', 'CS', 'CT']],
    ['a mode of ultrasound', '0001', ['00080008', 'CS', 'ORIGINAL\\PRIMARY\\CHEST\\0001']],
    ['a side', 'L', ['00200062', 'CS', 'L']],
    ['a kind of sequence', 'GR', ['00180020', 'CS', 'GR\\SE']],
    ['lossless compression', '00', ['00282110', 'CS', '00']],
    ['a part of a longer text', 'A7', ['00081090', 'LO', 'Model A7 plus']],
    ['a part of a version', '12', ['00081090', 'LO', '12.1']],
    ['a measurement', '5', ['00180050', 'DS', '5']],
    ['a number of an image', '1', ['00200013', 'IS', '1']],
  ])('%s stays', async (_name, id, element) => {
    expect(await written(file(...who(id, `${id}^Bo`), element), element[0])).toBe(element[2]);
  });

  test.each<[string, string, string]>([
    ['an initial', 'Meier^Jo^B', 'B'],
    ['a title', 'Meier^Jo^^Dr', 'DR'],
    ['a particle', 'de la Cruz^Jo', 'LA'],
    ['a placeholder', 'No^Name', 'NO'],
  ])('%s is not a name', async (_name, name, value) => {
    expect(await written(file(...who('77', name), ['00180015', 'CS', value]), '00180015')).toBe(value);
  });

  test('the running number of a study is not a name', async () => {
    expect(await written(file(['00200010', 'SH', '1'], ['00081090', 'LO', '1']), '00081090')).toBe('1');
  });
});

describe('tables', () => {
  const count = 64;
  const palette = (data: Buffer, bits: number): TestElement[] =>
    [1, 2, 3].flatMap((colour): TestElement[] => [
      [`0028110${colour}`, 'US', [count, 0, bits]],
      [`0028120${colour}`, 'OW', data],
    ]);
  const ramp = Buffer.from(Array.from({ length: count }, (_, index) => index * 3));
  const words = (low: Buffer, high: Buffer): Buffer =>
    Buffer.from([...high].flatMap((value, index) => [low[index] ?? 0, value]));
  const indexed = (data: Buffer, bits: number, pixels = [0, 1, 2, 3, 4, 63]) =>
    file(['00280004', 'CS', 'PALETTE COLOR'], ...palette(data, bits), ['7fe00010', 'OB', Buffer.from(pixels)]);
  const entriesOf = (source: Buffer) => {
    const { dataSet } = parseDicom(source);
    const { dataOffset, length } = dataSet.elements['x00281202'] as { dataOffset: number; length: number };
    return [...dataSet.byteArray.subarray(dataOffset, dataOffset + length)];
  };

  test('low bytes of a 16-bit palette, which no screen shows', async () => {
    const low = Buffer.alloc(count);
    bytes.copy(low, 0);
    const source = indexed(words(low, ramp), 16);
    const out = await cleaned(source);
    // By hand: entry 1 is 0x03 above "a", entry 63 is 189 above zero, which is harmless; no pixel uses entry 5.
    expect(entriesOf(out).slice(0, 12)).toEqual([0, 0, 3, 3, 6, 6, 9, 9, 12, 12, 255, 255]);
    expect(entriesOf(out).slice(-2)).toEqual([0, 0xbd]);
    const lowBytes = Buffer.from(entriesOf(out).filter((_, index) => index % 2 === 0));
    expect(holdsText(lowBytes, 'Zach')).toBe(false);
  });

  test('low bits of a 12-bit palette', async () => {
    // 0xABC displays as 0xAB; rewritten as 0xABA, by hand 0xABAB >> 4.
    const data = Buffer.alloc(2 * count);
    for (let index = 0; index < count; index++) data.writeUInt16LE(0xabc - index, 2 * index);
    const out = await cleaned(indexed(data, 12));
    expect(Buffer.from(entriesOf(out)).readUInt16LE(0)).toBe(0xaba);
  });

  test.each([8, 16])('entries of a %i-bit palette that no pixel uses', async (bits) => {
    const plain = Buffer.from(ramp);
    bytes.copy(plain, 20);
    const data = bits === 8 ? plain : words(plain, plain);
    const source = indexed(data, bits);
    const out = await cleaned(source);
    const own = Buffer.from(entriesOf(out).filter((_, index) => bits === 8 || index % 2 === 0));
    expect(holdsText(own, SECRET)).toBe(false);
    expect([...own.subarray(0, 6), own[63]]).toEqual([0, 3, 6, 9, 12, 255, 189]);
  });

  test('a dark image stays dark although the unused entries of its palette are bright', async () => {
    // 16-bit entries below 256 are read as 8 bits unless another is larger: by hand, 200 displays as 0 and not 200.
    const data = Buffer.alloc(2 * count);
    for (let index = 0; index < count; index++) data.writeUInt16LE(index < 6 ? 200 : 60_000, 2 * index);
    const source = indexed(data, 16, [0, 1, 2, 3, 4, 5]);
    const { bytes: out } = await deidentifyDicom(source, options);
    const shown = (await openDicomFrame(parseDicom(out), 0)).forDisplay(null, false);
    expect([...shown.data]).toEqual(Array(18).fill(0));
    await cleaned(source);
  });

  test('a palette with all entries in use is unchanged', async () => {
    const pixels = Buffer.from(Array.from({ length: count }, (_, index) => index));
    const whole = dicomFile([
      ...imageModule({ rows: 8, columns: 8, photometric: 'PALETTE COLOR' }),
      ...palette(words(Buffer.alloc(count), ramp), 16),
      ['7fe00010', 'OB', pixels],
    ]);
    expect(entriesOf(await cleaned(whole))).toEqual(entriesOf(whole));
  });

  test.each([
    ['a VOI LUT of 8 bits', '00283010', (data: Buffer) => data.subarray(0, 16), 8, 16],
    ['a VOI LUT of 16 bits', '00283010', (data: Buffer) => data, 16, 8],
    ['its low bytes', '00283010', (data: Buffer) => words(data, Buffer.alloc(16, 1)), 16, 16],
    ['a Modality LUT', '00283000', (data: Buffer) => data.subarray(0, 16), 8, 16],
  ] as const)('%s that spells a name holds the file back', async (_name, sequence, make, bits, entries) => {
    const lut: TestElement[] = [
      ['00283002', 'US', [entries, 0, bits]],
      ['00283004', 'LO', 'US'],
      ['00283006', 'OW', make(bytes)],
    ];
    await expect(deidentifyDicom(file([sequence, 'SQ', items(lut)]), options)).rejects.toMatchObject({
      code: 'hidden_data',
    });
  });

  test('ramps and curves are not words', async () => {
    const curve = Buffer.alloc(2 * 256);
    for (let index = 0; index < 256; index++)
      curve.writeUInt16LE(Math.round(65_535 * (index / 255) ** 0.45), 2 * index);
    const ramps = [
      [256, 8, Buffer.from(Array.from({ length: 256 }, (_, index) => index))],
      [256, 16, curve],
      [4096, 16, Buffer.from(Uint16Array.from({ length: 4096 }, (_, index) => index * 16).buffer)],
      [16_384, 16, Buffer.from(Uint16Array.from({ length: 16_384 }, (_, index) => index * 4).buffer)],
    ] as const;
    for (const [entries, bits, data] of ramps) {
      const lut: TestElement[] = [
        ['00283002', 'US', [entries, 0, bits]],
        ['00283006', 'OW', data],
      ];
      const out = await cleaned(file(['00283010', 'SQ', items(lut)]));
      expect(out.includes(data)).toBe(true);
    }
  });
});
