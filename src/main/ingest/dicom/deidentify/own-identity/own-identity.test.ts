import { describe, expect, test } from 'vitest';
import { dicomFile, imageModule, items, type TestElement } from '../../../test-support/dicom-bytes';
import { holdsText } from '../../../test-support/planted-text';
import { loadDictionary } from '../../dictionary';
import { parseDicom } from '../../parse';
import { deidentifyDicom } from '../deidentify-dicom';
import type { DeidentifyOptions } from '../options';
import { holdsIdentity, identityTerms } from './identity-terms';

const options: DeidentifyOptions = {
  uidKey: '11'.repeat(32),
  dates: 'remove',
  dateKey: '22'.repeat(32),
  pseudonym: 'patient-0007',
  hash: '33'.repeat(32),
  version: '0.1.0',
};

const person: readonly TestElement[] = [
  ['00080005', 'CS', 'ISO_IR 192'],
  ['00080050', 'SH', 'ACC-0099421'],
  ['00080090', 'PN', 'Zuweiser^Dora'],
  ['00100010', 'PN', 'Müller-Lüdenscheidt^Ánna Li'],
  ['00100020', 'LO', '0047110'],
  ['00100030', 'DA', '19300203'],
  ['00200010', 'SH', '1'],
];

const file = (...more: readonly TestElement[]): Buffer =>
  dicomFile(
    [
      ...person,
      ...imageModule({ rows: 2, columns: 3 }),
      ...more,
      ['7fe00010', 'OB', Buffer.alloc(6)] as TestElement,
    ].sort(([a], [b]) => (a < b ? -1 : 1)),
  );

const terms = identityTerms(parseDicom(file()).dataSet, await loadDictionary());

describe('texts that repeat the patient’s data', () => {
  test.each([
    'Müller',
    'MUELLER',
    'muller',
    'Anna',
    'Luedenscheidt, A.',
    'CT of Mrs Müller-Lüdenscheidt',
    'anna_muller',
    'ANNAMULLER',
    'WL for AnnaLi',
    'Dora Zuweiser',
    'case 47110',
    'ID 0047110',
    'acc 0099421',
    'ACC0099421',
    'born 3.2.1930',
    '1930-02-03',
    '03/02/1930',
    '02/03/1930',
    '3.2.30',
    '3 Feb 1930',
    '03-FEB-1930',
    'Feb 3, 1930',
    '3. Februar 1930',
    'x19300203',
    '19300203101112',
    '300203',
  ])('%s', (text) => expect(holdsIdentity(text, terms)).toBe(true));

  test.each([
    'benign',
    'malignant',
    'ORIGINAL\\PRIMARY\\AXIAL',
    'CHEST',
    'Doral view',
    'annals',
    'Li',
    'lithium',
    '1',
    '47',
    '471100',
    '1.2.840.10008.5.1.4.1.1.2',
    '4.2.1930',
    '193002031',
  ])('not %s', (text) => expect(holdsIdentity(text, terms)).toBe(false));

  test.each([
    ['Müller-Lüdenscheidt Ánna', true],
    ['Ánna Müller-Lüdenscheidt', true],
    ['ANNA MUELLER LUEDENSCHEIDT', true],
    ['mueller_luedenscheidt_anna_ct', true],
    ['Müller^Ánna', true],
    ['MüllerÁnna2001', true],
    ['2001-02-03', true],
    ['03.02.2001', true],
    ['20010203', true],
    ['3.2.2001', true],
    ['02/03/2001', true],
    ['03/02/2001', true],
    ['2001/2/3', true],
    ['3-2-01', true],
    ['3 févr. 2001', true],
    ['3 feb 2001', true],
    ['2001年2月3日', true],
    ['03022001', true],
    ['CT 94Y F', true],
    ['age 094Y', true],
    ['94 years', true],
    ['94 yo', true],
    ['64Y', false],
    ['94 mm', false],
    ['MRN 12-34-56', true],
    ['12 34 56', true],
    ['12.34.56', true],
    ['123456', true],
    ['0123456', true],
    ['12-34-57', false],
    ['VANDERBERG', true],
    ['Van der Berg', true],
    ['icebergs', false],
  ])('common notations: “%s” %s', async (text, found) => {
    const source = dicomFile([
      ['00080005', 'CS', 'ISO_IR 192'],
      ['00080050', 'SH', '12-34-56'],
      ['00080090', 'PN', 'van der Berg^Jo'],
      ['00100010', 'PN', 'Müller-Lüdenscheidt^Ánna'],
      ['00100030', 'DA', '20010203'],
      ['00101010', 'AS', '094Y'],
    ]);
    const own = identityTerms(parseDicom(source).dataSet, await loadDictionary());
    expect(holdsIdentity(text, own)).toBe(found);
  });

  test('placeholder words for a name identify nobody', async () => {
    const source = dicomFile([
      ['00100010', 'PN', 'Anonymous^Patient'],
      ['00100020', 'LO', 'unknown'],
    ]);
    const nobody = identityTerms(parseDicom(source).dataSet, await loadDictionary());
    expect(holdsIdentity('Patient position unknown', nobody)).toBe(false);
  });

  test('names in other scripts', async () => {
    const source = dicomFile([
      ['00080005', 'CS', 'ISO_IR 192'],
      ['00100010', 'PN', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ]);
    const yamada = identityTerms(parseDicom(source).dataSet, await loadDictionary());
    for (const text of ['山田', '患者山田太郎', 'TAROU']) expect(holdsIdentity(text, yamada)).toBe(true);
    expect(holdsIdentity('山', yamada)).toBe(false);
  });
});

test('kept values lose a name, a number or the birth date; the others keep their bytes', async () => {
  const lookup = items([
    ['00283002', 'US', [2, 0, 16]],
    ['00283003', 'LO', 'for Anna Müller'],
    ['00283006', 'OW', Buffer.from('\x01\x00\x02\x00MUELLER behind', 'latin1')],
  ]);
  const code = items([
    ['00080100', 'SH', 'M-47110'],
    ['00080102', 'SH', '99LOCAL'],
    ['00080104', 'LO', 'Brust von Mueller'],
  ]);
  const source = file(
    ['00080008', 'CS', 'ORIGINAL\\PRIMARY\\MUELLER'],
    ['00080070', 'LO', 'Maker'],
    ['00082218', 'SQ', code],
    ['00180015', 'CS', 'ANNA'],
    ['00281054', 'LO', 'HU 19300203'],
    ['00281055', 'LO', 'WINDOW1\\born 3.2.1930'],
    ['00281053', 'DS', '1.0047110'],
    ['00283010', 'SQ', lookup],
  );
  const { bytes, actions } = await deidentifyDicom(source, options);
  const { dataSet } = parseDicom(bytes);
  for (const text of ['Anna', 'ANNA', 'Müller', 'MUELLER', 'Mueller', '47110\\', '1930', 'M-47']) {
    expect(holdsText(bytes, text), text).toBe(false);
  }
  expect(dataSet.string('x00080008')).toBe('ORIGINAL\\PRIMARY\\REMOVED');
  expect(dataSet.string('x00281055')).toBe('WINDOW1\\REMOVED');
  expect(dataSet.string('x00080070')).toBe('Maker');
  // A measurement that happens to have the digits of the id.
  expect(dataSet.string('x00281053')).toBe('1.0047110');
  expect(dataSet.elements['x00082218']?.items?.[0]?.dataSet?.string('x00080102')).toBe('99LOCAL');
  expect(actions.find(({ tag }) => tag === 'own values')?.count).toBe(7);
});

test('a name spread over several values is found; values that spell nothing together stay', async () => {
  const source = file(
    ['00080008', 'CS', 'ORIGINAL\\LUEDEN \\SCHEIDT'],
    ['00281055', 'LO', 'Zuwei\\ser'],
    ['00180022', 'CS', 'MUEL\\PFP'],
  );
  const { bytes } = await deidentifyDicom(source, options);
  const { dataSet } = parseDicom(bytes);
  expect(dataSet.string('x00080008')).toBe('REMOVED');
  expect(dataSet.string('x00281055')).toBe('REMOVED');
  expect(dataSet.string('x00180022')).toBe('MUEL\\PFP');
});

test('a value needed to display the image holds the file back', async () => {
  const [first] = imageModule({ rows: 2, columns: 3, photometric: 'MUELLER' }).slice(1);
  const source = dicomFile([
    ...person,
    ...imageModule({ rows: 2, columns: 3 }).map((one) => (one[0] === '00280004' && first !== undefined ? first : one)),
    ['7fe00010', 'OB', Buffer.alloc(6)],
  ]);
  await expect(deidentifyDicom(source, options)).rejects.toMatchObject({ code: 'hidden_data' });
});
