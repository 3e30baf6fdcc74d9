import { expect, test } from 'vitest';
import { dicomFile, type TestElement } from '../test-support/dicom-bytes';
import { characterSetOf } from './character-set';
import { readHeaderFacts } from './facts';
import { parseDicom } from './parse';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

// Bytes from pydicom 3.0 (`pydicom.charset.encode_string`), which decodes them to the same name.
const names: readonly (readonly [name: string, terms: string, bytes: string])[] = [
  ['Universitätsklinikum Köln', 'ISO_IR 100', '556e69766572736974e474736b6c696e696b756d204bf66c6e'],
  ['Universitätsklinikum Köln', 'ISO_IR 192', '556e69766572736974c3a474736b6c696e696b756d204bc3b66c6e'],
  ['Universitätsklinikum Köln', 'ISO_IR 148', '556e69766572736974e474736b6c696e696b756d204bf66c6e'],
  ['Universitätsklinikum Köln', 'GB18030', '556e6976657273697481308a3174736b6c696e696b756d204b81308b326c6e'],
  ['山田病院', 'ISO_IR 192', 'e5b1b1e794b0e79785e999a2'],
  ['山田病院', 'GB18030', 'c9bdccefb2a1d4ba'],
  ['山田病院', '\\ISO 2022 IR 87', '1b24423b334544494231211b2842'],
  ['山田病院', 'ISO 2022 IR 13\\ISO 2022 IR 87', '1b24423b334544494231211b284a'],
  ['서울대학교병원', 'ISO_IR 192', 'ec849cec9ab8eb8c80ed9599eab590ebb391ec9b90'],
  ['서울대학교병원', '\\ISO 2022 IR 149', '1b242943bcadbfefb4ebc7d0b1b3bab4bff8'],
  ['北京医院', 'GBK', 'b1b1bea9d2bdd4ba'],
  // As in PS3.5, K.2; pydicom omits the escape sequence.
  ['北京医院', '\\ISO 2022 IR 58', '1b242941b1b1bea9d2bdd4ba'],
  ['Больница', 'ISO_IR 144', 'b1dedbecddd8e6d0'],
  ['Больница', '\\ISO 2022 IR 144', '1b2d4cb1dedbecddd8e6d0'],
  ['Νοσοκομείο', 'ISO_IR 126', 'cdeff3efeaefece5dfef'],
  ['בית חולים', '\\ISO 2022 IR 138', '1b2d48e1e9fa20e7e5ece9ed'],
  ['โรงพยาบาล', 'ISO_IR 166', 'e2c3a7bec2d2bad2c5'],
  ['Szpital Łódź', 'ISO_IR 101', '537a706974616c20a3f364bc'],
  ['ﾔﾏﾀﾞ病院', 'ISO 2022 IR 13\\ISO 2022 IR 87', '1b2949d4cfc0de1b2442494231211b284a'],
];

test.each(names)('%s in %s', (name, terms, bytes) => {
  expect(characterSetOf(terms).decode(hex(bytes))).toEqual({ text: name, faithful: true });
});

test('“^” and “=” of a name switch back, and do not separate inside two-byte characters (PS3.5, H.3.1)', () => {
  // Yamada^Tarou=山田^太郎=やまだ^たろう
  const example =
    '59616d6164615e5461726f753d1b24423b3345441b28425e1b244242404f' +
    '3a1b28423d1b24422464245e24401b28425e1b2442243f246d24261b2842';
  const set = characterSetOf('\\ISO 2022 IR 87');
  expect(set.decode(hex(example), true)).toEqual({
    text: 'Yamada^Tarou=山田^太郎=やまだ^たろう',
    faithful: true,
  });
  // G1 is Korean up to “^”, which resets it to Latin-1, the first term.
  const mixed = '1b242943bcad5ee4';
  expect(characterSetOf('ISO 2022 IR 100\\ISO 2022 IR 149').decode(hex(mixed), true).text).toBe('서^ä');
});

test('common misspellings of terms are recognised, and others are not', () => {
  const known = ['ISO_IR_100', 'ISO IR 100', 'iso_ir 192', 'UTF-8', 'ISO-IR 6', 'ISO 2022 IR 6\\ISO 2022 IR 87', ''];
  expect(known.map((term) => characterSetOf(term).known)).toEqual(known.map(() => true));
  expect(characterSetOf('WINDOWS-1251').known).toBe(false);
});

function facts(terms: string | null, bytes: Uint8Array) {
  const set: TestElement[] = terms === null ? [] : [['00080005', 'CS', terms]];
  const notes = new Set<string>();
  const { dataSet } = parseDicom(dicomFile([...set, ['00080060', 'CS', 'OT'], ['00080080', 'LO', bytes]]));
  return { institution: readHeaderFacts(dataSet, notes).equipment.institution, notes: [...notes] };
}

test('one hospital is one site in every character set', () => {
  const sites = (name: string) =>
    new Set(names.filter(([of]) => of === name).map(([, terms, bytes]) => facts(terms, hex(bytes)).institution));
  for (const name of new Set(names.map(([of]) => of))) expect([...sites(name)]).toEqual([name.normalize('NFKC')]);
  // Decomposed letters, no-break spaces and full-width letters.
  const others = [
    'Universita\u0308tsklinikum Ko\u0308ln',
    'Universitätsklinikum\u00a0Köln',
    'Ｕniversitätsklinikum Köln',
  ];
  for (const name of others) {
    expect(facts('ISO_IR 192', Buffer.from(name, 'utf8')).institution).toBe('Universitätsklinikum Köln');
  }
});

test('text invalid in its character set is read as far as possible, and reported', () => {
  const said = ['Text in the file does not match its declared character set; some letters may be wrong.'];
  expect(facts('ISO_IR 192', hex('4bf66c6e'))).toEqual({ institution: 'K\ufffdln', notes: said });
  // No set is declared: UTF-8 if valid, else Latin-1.
  expect(facts(null, hex('4bc3b66c6e'))).toEqual({ institution: 'Köln', notes: said });
  expect(facts(null, hex('4bf66c6e'))).toEqual({ institution: 'Köln', notes: said });
  expect(facts('\\ISO 2022 IR 149', hex('bcadbfef'))).toEqual({ institution: '서울', notes: said });
  expect(facts('KLINGON', hex('4b')).notes).toEqual([
    'The file declares an unknown character set; some letters may be wrong.',
  ]);
});
