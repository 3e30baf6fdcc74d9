import { expect, test } from 'vitest';
import { dicomFile, imageModule, items, type TestElement } from '../../test-support/dicom-bytes';
import { holdsText } from '../../test-support/planted-text';
import { loadDictionary } from '../dictionary';
import { parseDicom } from '../parse';
import { deidentifyDicom } from './deidentify-dicom';
import { maxValuesOf, onlyNumbers } from './only-numbers';
import type { DeidentifyOptions } from './options';

const options: DeidentifyOptions = {
  uidKey: '11'.repeat(32),
  dates: 'remove',
  dateKey: '22'.repeat(32),
  pseudonym: 'patient-0007',
  hash: '33'.repeat(32),
  version: '0.1.0',
};

const dictionary = await loadDictionary();

test.each([
  ['', ''],
  ['40.0\\ 80', null],
  ['-1.5e3 \\\\+.5', null],
  ['40,5', null],
  ['350 HU', null],
  ['[400, 40]', null],
  ['ZWIEBEL1', ''],
  ['40\\ZWIEBEL\\80', '40\\\\80'],
  ['12ZWIEBEL', ''],
  ['0x1F', ''],
])('of the decimal strings “%s” only numbers remain', (text, left) => {
  const facts = { known: 'DS', written: 'DS', maxValues: maxValuesOf('1-n'), bigEndian: false };
  const out = onlyNumbers(facts, Buffer.from(text), (bytes) => bytes.toString('latin1'), dictionary);
  expect(out?.toString('latin1').trim() ?? null).toBe(text === '' ? null : left);
});

test.each([
  ['US', 'US', '1', 14, 2],
  ['US', 'SS', '3', 14, 6],
  ['US', 'UN', '1', 14, 2],
  ['FD', 'FD', '2', 40, 16],
  ['FL', 'FL', '1-3', 40, 12],
  ['US', 'US', '1-n', 14, null],
  ['UL', 'UL', '2-2n', 18, 16],
  ['US', 'US', '1', 2, null],
  ['OW', 'OW', '1', 14, null],
])('%s stored as %s of multiplicity %s: of %i bytes %s remain', (known, written, multiplicity, bytes, left) => {
  const out = onlyNumbers(
    { known, written, maxValues: maxValuesOf(multiplicity), bigEndian: false },
    Buffer.alloc(bytes, 65),
    (one) => one.toString('latin1'),
    dictionary,
  );
  expect(out?.length ?? null).toBe(left);
});

test('texts in place of numbers are removed, in functional groups too', async () => {
  const secret = 'SECRETPLANT9';
  const window = items([
    ['00281050', 'DS', '40'],
    ['00281051', 'DS', secret],
  ]);
  const source = dicomFile(
    (
      [
        ...imageModule({ rows: 2, columns: 3 }),
        ['00180050', 'DS', secret],
        ['00200013', 'IS', secret],
        ['00280106', 'US', Buffer.from(`AA${secret}`)],
        ['00280120', 'US', Buffer.from(`AA${secret}`)],
        ['00281053', 'DS', '1.0'],
        ['52009229', 'SQ', items([['00289132', 'SQ', window]])],
        ['7fe00010', 'OB', Buffer.alloc(6)],
      ] as TestElement[]
    ).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const { bytes, actions } = await deidentifyDicom(source, options);
  expect(holdsText(bytes, secret)).toBe(false);
  const { dataSet } = parseDicom(bytes);
  expect([dataSet.elements['x00180050']?.length, dataSet.elements['x00280120']?.length]).toEqual([0, 2]);
  expect(dataSet.string('x00281053')).toBe('1.0');
  expect(actions.find(({ tag }) => tag === 'no numbers')?.count).toBe(5);
});
