import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeErrorInfo } from '../../decode-error';
import { dicomFile, element, imageModule, item, items, type TestElement } from '../../test-support/dicom-bytes';
import { mutate } from '../../test-support/mutate';
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

const PIXELS = Buffer.from([1, 2, 3, 4, 5, 6]);

const person: readonly TestElement[] = [
  ['00080005', 'CS', 'ISO_IR 100'],
  ['00080016', 'UI', '1.2.840.10008.5.1.4.1.1.2'],
  ['00080018', 'UI', '1.2.276.0.99.1.1'],
  ['00080020', 'DA', '20240131'],
  ['00080021', 'DA', '20240201'],
  ['00080030', 'TM', '101112'],
  ['00080050', 'SH', 'ACC-77'],
  ['00080060', 'CS', 'CT'],
  ['00080070', 'LO', 'Maker'],
  ['00080080', 'LO', 'Klinikum Musterstadt'],
  ['00080090', 'PN', 'Zuweiser^Dora'],
  ['00081030', 'LO', 'Knie Frau Muster'],
  [
    '00081140',
    'SQ',
    items([
      ['00081150', 'UI', '1.2.840.10008.5.1.4.1.1.2'],
      ['00081155', 'UI', '1.2.276.0.99.1.2'],
    ]),
  ],
  ['00100010', 'PN', 'Muster^Anna'],
  ['00100020', 'LO', 'PID-4711'],
  ['00100030', 'DA', '19340506'],
  ['00100040', 'CS', 'F'],
  ['00101010', 'AS', '089Y'],
  ['00181000', 'LO', 'SERIAL-1'],
  ['0020000d', 'UI', '1.2.276.0.99.1'],
  ['0020000e', 'UI', '1.2.276.0.99.1.9'],
  ...imageModule({ rows: 2, columns: 3 }),
  ['00281050', 'DS', '40.0\\ 80'],
];

const pixels: TestElement = ['7fe00010', 'OB', PIXELS];
const file = (...more: TestElement[]) => dicomFile([...person, ...more, pixels].sort(([a], [b]) => (a < b ? -1 : 1)));

async function read(source: Buffer, more: Partial<DeidentifyOptions> = {}) {
  const { bytes, actions } = await deidentifyDicom(source, { ...options, ...more });
  return { bytes, actions, dataSet: parseDicom(bytes).dataSet };
}

test('the table is applied: dummies, empty values, removal, new UIDs; the rest keeps its bytes', async () => {
  const { bytes, dataSet, actions } = await read(file());
  const text = bytes.toString('latin1');
  for (const gone of ['Muster', 'PID-', 'ACC-', '2024', '1934', 'Dora', '1.2.276', 'SERIAL', '089Y']) {
    expect(text).not.toContain(gone);
  }
  expect(dataSet.string('x00100010')).toBe('patient-0007');
  expect(dataSet.string('x00100020')).toBe('patient-0007');
  for (const empty of ['x00080020', 'x00080050', 'x00080090', 'x00100030', 'x00100040']) {
    expect(dataSet.elements[empty]?.length).toBe(0);
  }
  expect(dataSet.string('x00080021')).toBe('19000101');
  for (const removed of ['x00081030', 'x00101010']) expect(dataSet.elements[removed]).toBeUndefined();
  expect(dataSet.string('x00080080')).toBe('REMOVED');
  expect(dataSet.string('x00080070')).toBe('Maker');
  // A decimal string with unusual notation and spaces: not re-encoded.
  expect(text).toContain('40.0\\ 80');
  expect(dataSet.string('x00080016')).toBe('1.2.840.10008.5.1.4.1.1.2');
  expect(dataSet.string('x00120062')).toBe('YES');
  expect(dataSet.string('x00280303')).toBe('REMOVED');
  const methods = dataSet.elements['x00120064']?.items?.map((one) => one.dataSet?.string('x00080100'));
  expect(methods).toEqual(['113100']);
  const done = new Map(actions.map(({ tag, action }) => [tag, action]));
  expect([done.get('(0008,0018)'), done.get('(0010,0010)')]).toEqual(['new UID', 'replaced']);
  expect([done.has('(0008,0016)'), done.has('(0012,0062)'), done.has('(0008,0070)')]).toEqual([false, false, false]);
});

test('the file meta group is rewritten after a preamble of zeros', async () => {
  const source = file();
  source.write('Anna Muster was here', 0, 'latin1');
  const { bytes, dataSet } = await read(source);
  expect(bytes.subarray(0, 128).equals(Buffer.alloc(128))).toBe(true);
  expect(dataSet.string('x00020003')).toBe(dataSet.string('x00080018'));
  expect(dataSet.string('x00020012')).toMatch(/^2\.25\./);
  expect(dataSet.string('x00020013')).toBe('FOVEA_0.1.0');
  expect(dataSet.uint32('x00020000')).toBe(bytes.indexOf(Buffer.from([8, 0, 5, 0])) - 144);
});

test('one UID maps to one UID, in sequences too; another key maps to another', async () => {
  const reference = file(['00081115', 'SQ', items([['0020000e', 'UI', '1.2.276.0.99.1.9']])]);
  const { dataSet } = await read(reference);
  expect(dataSet.string('x00080018')).toMatch(/^2\.25\.\d{30,39}$/);
  expect(dataSet.elements['x00081115']?.items?.[0]?.dataSet?.string('x0020000e')).toBe(dataSet.string('x0020000e'));
  const referenced = dataSet.elements['x00081140']?.items?.[0]?.dataSet;
  expect(referenced?.string('x00081150')).toBe('1.2.840.10008.5.1.4.1.1.2');
  expect(referenced?.string('x00081155')).toMatch(/^2\.25\./);
  const other = await read(reference, { uidKey: '44'.repeat(32) });
  expect(other.dataSet.string('x0020000e')).not.toBe(dataSet.string('x0020000e'));
});

test('hashed UIDs match HMAC-SHA-256 and a UUID of version 8', async () => {
  // Python: h = bytearray(hmac.new(b'11' * 32, b'1.2.276.0.99.1', 'sha256').digest()[:16]); h[6] = h[6] & 15 | 128;
  // h[8] = h[8] & 63 | 128; uuid.UUID(bytes=bytes(h)).int
  const { dataSet } = await read(file());
  expect(dataSet.string('x0020000d')).toBe('2.25.327620498517422156381111148940468434625');
});

test('nested sequences, private and unknown attributes, curves and overlays are removed', async () => {
  const deep = items([
    ['00100010', 'PN', 'Muster^Anna'],
    ['00091001', 'LO', 'Muster private'],
    [
      '0040a170',
      'SQ',
      items([
        ['00104000', 'LT', 'Muster comment'],
        ['00080070', 'LO', 'kept inside'],
      ]),
    ],
  ]);
  const { bytes, dataSet, actions } = await read(
    file(
      ['00090010', 'LO', 'MUSTER MAKER'],
      ['00091001', 'UN', Buffer.from('Muster')],
      ['00092001', 'SQ', items([['00100010', 'PN', 'Muster^Anna']])],
      ['00089999', 'LO', 'Muster unknown'],
      ['00082218', 'SQ', deep],
      ['50000010', 'US', [3]],
      ['60004000', 'LT', 'Muster overlay'],
      ['60003000', 'OW', Buffer.from('Muster')],
      ['fffcfffc', 'OB', Buffer.from('Muster')],
    ),
  );
  expect(bytes.toString('latin1')).not.toContain('Muster');
  expect(bytes.toString('latin1')).toContain('kept inside');
  expect(Object.keys(dataSet.elements).filter((tag) => /^x(0009|50|60|fffc)/.test(tag))).toEqual([]);
  expect(actions.find(({ tag }) => tag === 'private')?.count).toBe(4);
  expect(actions.find(({ tag }) => tag === 'unknown')?.count).toBe(1);
  expect(actions.find(({ tag }) => tag === '(0010,4000)')).toMatchObject({ action: 'removed', count: 1 });
});

test('a sequence replaced by a dummy as a whole keeps its items and none of its values', async () => {
  const operator = items([
    ['00401101', 'SQ', items([['00080104', 'LO', 'Dr Muster']])],
    ['00080080', 'LO', 'Klinik Muster'],
  ]);
  const { bytes, dataSet } = await read(file(['00081072', 'SQ', operator]));
  expect(bytes.toString('latin1')).not.toContain('Muster');
  expect(dataSet.elements['x00081072']?.items).toHaveLength(1);
});

test('shifted dates: intervals stay, birth dates and invalid dates are removed, and the option is recorded', async () => {
  const source = file(
    ['0008002a', 'DT', '20240131101112.5+0100'],
    ['00080022', 'DA', 'Muster'],
    ['00080023', 'DA', '20240230'],
  );
  const { bytes, dataSet } = await read(source, { dates: 'shift' });
  const day = (text: string | undefined) =>
    Date.UTC(Number(text?.slice(0, 4)), Number(text?.slice(4, 6)) - 1, Number(text?.slice(6, 8))) / 86_400_000;
  const [study, series] = [dataSet.string('x00080020'), dataSet.string('x00080021')];
  expect(day(series) - day(study)).toBe(1);
  const shift = day(study) - day('20240131');
  expect(shift).toBeLessThanOrEqual(-365);
  expect(shift).toBeGreaterThan(-4015);
  expect(dataSet.string('x0008002a')).toBe(`${study}101112.5+0100`);
  expect(dataSet.string('x00080030')).toBe('101112');
  expect(dataSet.elements['x00100030']?.length).toBe(0);
  expect(dataSet.elements['x00080022']?.length).toBe(0);
  expect(dataSet.string('x00080023')).toBe('19000101');
  expect(bytes.toString('latin1')).not.toContain('Muster');
  expect(dataSet.string('x00280303')).toBe('MODIFIED');
  const methods = dataSet.elements['x00120064']?.items?.map((one) => one.dataSet?.string('x00080100'));
  expect(methods).toEqual(['113100', '113107']);
  // Another patient is shifted by a different number of days, the same patient by the same.
  const again = await read(file(), { dates: 'shift' });
  expect(again.dataSet.string('x00080020')).toBe(study);
  const other = await read(file(), { dates: 'shift', pseudonym: 'patient-0008' });
  expect(other.dataSet.string('x00080020')).not.toBe(study);
});

/** Implicit little endian and explicit big endian, written by hand (PS3.5, 7.1.3 and A.3). */
function implicit([tag, vr, value]: TestElement): Buffer {
  const whole = element([tag, vr, value]);
  const long = ['OB', 'OW', 'SQ', 'UN'].includes(vr);
  const content = whole.subarray(long ? 12 : 8);
  const head = Buffer.alloc(8);
  whole.copy(head, 0, 0, 4);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

function bigEndian([tag, vr, value]: TestElement): Buffer {
  const whole = element([tag, vr, value]);
  const long = ['OB', 'OW', 'SQ', 'UN'].includes(vr);
  const head = Buffer.from(whole.subarray(0, long ? 12 : 8));
  head.subarray(0, 2).swap16();
  head.subarray(2, 4).swap16();
  if (long) head.subarray(8, 12).swap32();
  else head.subarray(6, 8).swap16();
  const content = Buffer.from(whole.subarray(head.length));
  return Buffer.concat([head, vr === 'US' ? content.swap16() : content]);
}

const withoutSequences = [...person, pixels].filter(([, vr]) => vr !== 'SQ');

test.each([
  ['implicit little endian', '1.2.840.10008.1.2', Buffer.concat(withoutSequences.map(implicit))],
  ['explicit big endian', '1.2.840.10008.1.2.2', Buffer.concat(withoutSequences.map(bigEndian))],
  ['deflated', '1.2.840.10008.1.2.1.99', deflateRawSync(Buffer.concat(withoutSequences.map((one) => element(one))))],
])('%s is unchanged', async (_name, transferSyntax, body) => {
  const source = dicomFile([], transferSyntax, body);
  const { bytes } = await deidentifyDicom(source, options);
  const { dataSet, transferSyntax: written } = parseDicom(bytes);
  expect(written).toBe(transferSyntax);
  expect(dataSet.uint16('x00280011')).toBe(3);
  expect(dataSet.string('x00100010')).toBe('patient-0007');
  expect(dataSet.string('x00281050')).toBe('40.0\\ 80');
  const element = dataSet.elements['x7fe00010'];
  expect([...dataSet.byteArray.subarray(element?.dataOffset, (element?.dataOffset ?? 0) + 6)]).toEqual([...PIXELS]);
  expect(Buffer.from(dataSet.byteArray).toString('latin1')).not.toContain('Muster');
});

test('sequences nested too deep, missing pixel data and truncated files are rejected', async () => {
  let nested = item(element(['00080070', 'LO', 'Maker']));
  for (let depth = 0; depth < 80; depth++) nested = item(element(['00082218', 'SQ', nested]));
  await expect(deidentifyDicom(file(['00082218', 'SQ', nested]), options)).rejects.toMatchObject({ code: 'damaged' });
  await expect(deidentifyDicom(dicomFile(person), options)).rejects.toMatchObject({ code: 'damaged' });
  await expect(deidentifyDicom(file().subarray(0, -3), options)).rejects.toMatchObject({ name: 'FoveaError' });
});

test('each of 1000 damaged files is rejected with a reason or written as a readable file', async () => {
  const source = file(['00082218', 'SQ', items([['00100010', 'PN', 'Muster^Anna']])], ['00091001', 'LO', 'Muster']);
  let written = 0;
  for (let seed = 0; seed < 1000; seed++) {
    try {
      const { bytes } = await deidentifyDicom(mutate(source, seed), options);
      parseDicom(bytes);
      written += 1;
    } catch (error) {
      expect(
        ['damaged', 'truncated', 'not_an_image', 'not_dicom_image', 'unsupported_transfer_syntax', 'too_large'],
        `seed ${seed}`,
      ).toContain(decodeErrorInfo(error).code);
    }
  }
  expect(written).toBeGreaterThan(150);
});
