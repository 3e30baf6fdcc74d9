import { expect, test } from 'vitest';
import { dicomFile, imageModule, items, type TestElement } from '../test-support/dicom-bytes';
import { parseAge, readHeaderFacts } from './facts';
import { parseDicom } from './parse';
import { listTags, MASK } from './tags';

const secrets = ['Synthetic^Name', 'PID-4711', '19870101', 'Hospital X', '1.2.3.99', 'Smith^Ann', 'a secret note'];

const elements: TestElement[] = [
  ['00080005', 'CS', 'ISO_IR 192'],
  ['00080018', 'UI', '1.2.3.99'],
  ['00080020', 'DA', '20240229'],
  ['00080060', 'CS', 'US'],
  ['00080070', 'LO', 'Größe GmbH'],
  ['00080080', 'LO', 'Hospital X'],
  [
    '00081110',
    'SQ',
    items([
      ['00081150', 'UI', '1.2.840.10008.3.1.2.3.1'],
      ['00081155', 'UI', '1.2.3.99'],
    ]),
  ],
  ['00090010', 'LO', 'a secret note'],
  ['00100010', 'PN', 'Synthetic^Name'],
  ['00100020', 'LO', 'PID-4711'],
  ['00100021', 'LO', 'Hospital X'],
  ['00100030', 'DA', '19870101'],
  ['00100040', 'CS', 'F'],
  ['00101010', 'AS', '018M'],
  ['00181063', 'DS', '33.5'],
  ...imageModule({ rows: 1, columns: 1 }),
  ['00280301', 'CS', 'YES'],
  ['0040a123', 'PN', 'Smith^Ann'],
  ['7fe00010', 'OB', Uint8Array.of(1)],
];
const { dataSet } = parseDicom(dicomFile(elements));

test('identifying values are masked, also in sequences and private elements', async () => {
  const rows = await listTags(dataSet, false);
  const text = JSON.stringify(rows);
  for (const secret of secrets) expect(text).not.toContain(secret);
  const row = (tag: string) => rows.find((each) => each.tag === tag);
  expect(row('(0010,0010)')).toEqual({
    tag: '(0010,0010)',
    keyword: 'PatientName',
    vr: 'PN',
    value: MASK,
    identifying: true,
  });
  expect(row('(0008,0070)')).toMatchObject({ keyword: 'Manufacturer', value: 'Größe GmbH', identifying: false });
  expect(row('(0028,0010)')).toMatchObject({ keyword: 'Rows', vr: 'US', value: '1' });
  expect(row('(7FE0,0010)')).toMatchObject({ keyword: 'PixelData', value: '(2 bytes)' });
});

test('they are shown on request', async () => {
  const text = JSON.stringify(await listTags(dataSet, true));
  for (const secret of secrets) expect(text).toContain(secret);
});

test('facts from the header', () => {
  expect(readHeaderFacts(dataSet)).toEqual({
    modality: 'US',
    identity: {
      patient: 'PID-4711 (Hospital X)',
      patientId: 'PID-4711',
      accession: null,
      studyDate: '20240229',
      birthDate: '19870101',
      sex: 'F',
      study: null,
      series: null,
      sopInstance: '1.2.3.99',
      institution: 'Hospital X',
    },
    subject: { sex: 'F', age: 1.5 },
    equipment: { manufacturer: 'Größe GmbH', model: null, station: null, institution: 'Hospital X' },
    acquiredYear: 2024,
    burnedInAnnotation: 'yes',
  });
});

test.each([
  ['037Y', 37],
  ['018M', 1.5],
  ['010W', 0.2],
  ['000D', 0],
  ['37', null],
  ['', null],
  [null, null],
])('age %s is %s years', (text, years) => {
  expect(parseAge(text)).toBe(years);
});
