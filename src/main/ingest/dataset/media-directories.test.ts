import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMediaDirectory } from '../dicom/media-directory';
import { dicomFile, element, items, type TestElement } from '../test-support/dicom-bytes';
import { sharedData } from '../test-support/shared-data';
import { zipBytes } from '../test-support/zip-bytes';
import { scanPaths } from './scan';

const readNames = async (bytes: Uint8Array) => readMediaDirectory(Buffer.from(bytes));
const scan = (paths: readonly string[]) => scanPaths(paths, { readMediaDirectory: readNames });

const IMAGE = dicomFile([['00080060', 'CS', 'US']]);

/** Encodes a DICOMDIR (PS3.10, 8.6) with one patient record and a record for each file. */
function dicomdir(files: readonly string[]): Buffer {
  const record = (type: string, id: string | null): TestElement[] => [
    ['00041430', 'CS', type],
    ...(id === null ? [] : ([['00041500', 'CS', id.replaceAll('/', '\\')]] as const)),
  ];
  const records = items(record('PATIENT', null), ...files.map((id) => record('IMAGE', id)));
  const file = dicomFile([['00041220', 'SQ', records]]);
  const meta = element(['00020002', 'UI', '1.2.840.10008.1.3.10']);
  return Buffer.concat([file.subarray(0, 144), meta, file.subarray(144)]);
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-disc-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(files: Readonly<Record<string, Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

const missing = async (paths: readonly string[]) =>
  (await scan(paths)).ignored.filter(({ code }) => code === 'missing').map(({ path }) => path.slice(folder.length + 1));

test('files named by a DICOMDIR but missing are reported by name', async () => {
  put({ 'disc/DICOMDIR': dicomdir(['DICOM/IM1', 'DICOM/IM2', 'DICOM/IM3']), 'disc/DICOM/IM2': IMAGE });
  const { entries, ignored } = await scan([folder]);
  expect(entries.map(({ relativePath }) => relativePath)).toEqual(['disc/DICOM/IM2']);
  expect(ignored.map(({ path, code }) => [path.slice(folder.length + 1), code])).toEqual([
    ['disc/DICOM/IM1', 'missing'],
    ['disc/DICOM/IM3', 'missing'],
  ]);
});

test('names in the other case, and a DICOMDIR given alone, are not reported as missing', async () => {
  put({ 'disc/dicomdir': dicomdir(['DICOM/IM1', 'DICOM/IM1']), 'disc/dicom/im1': IMAGE });
  expect(await missing([folder])).toEqual([]);
  expect(await missing([join(folder, 'disc', 'dicomdir')])).toEqual([]);
});

test('a DICOMDIR in an archive', async () => {
  const directory = dicomdir(['DICOM/IM1', 'DICOM/IM2']);
  put({
    'disc.zip': await zipBytes([
      { name: 'cd/DICOMDIR', content: directory },
      { name: 'cd/DICOM/IM1', content: IMAGE },
    ]),
  });
  expect(await missing([folder])).toEqual(['disc.zip/cd/DICOM/IM2']);
});

test('names that lead out are missing, whether or not they exist; a long list ends with its count', async () => {
  put({ 'disc/DICOMDIR': dicomdir(['../other/IM1']), 'other/IM1': IMAGE });
  expect(await missing([folder])).toEqual(['disc/_/other/IM1']);
  put({ 'disc/DICOMDIR': dicomdir(Array.from({ length: 1200 }, (_, index) => `IM${index}`)) });
  const listed = (await scan([folder])).ignored;
  expect(listed).toHaveLength(1001);
  expect(listed.map(({ message }) => message)).toContain('It lists 200 more missing files.');
});

test('a damaged DICOMDIR is reported, and the scan continues', async () => {
  const good = dicomdir(['IM1']);
  put({ DICOMDIR: good.subarray(0, 190), IM1: IMAGE });
  const { entries, ignored } = await scan([folder]);
  expect(entries).toHaveLength(1);
  expect(ignored.map(({ message }) => message)).toEqual([expect.stringContaining('was not compared')]);
});

const discs = sharedData('dicom/pydicom/dicomdirtests');

// pydicom 3.0.2: distinct ReferencedFileIDs of each file, all of which exist.
test.skipIf(discs.missing)(`real discs name the files that pydicom finds in them${discs.why}`, async () => {
  // Its sequence declares more bytes than the file has, which pydicom accepts.
  const longer = 'DICOMDIR-nooffset';
  expect(() => readMediaDirectory(readFileSync(join(discs.path, longer)))).toThrow('damaged');
  const counts = readdirSync(discs.path)
    .filter((name) => name.startsWith('DICOMDIR') && name !== longer)
    .map((name) => [name, readMediaDirectory(readFileSync(join(discs.path, name))).length]);
  expect(Object.fromEntries(counts)).toEqual({
    DICOMDIR: 31,
    'DICOMDIR-bigEnd': 31,
    'DICOMDIR-empty.dcm': 0,
    'DICOMDIR-implicit': 31,
    'DICOMDIR-nopatient': 31,
    'DICOMDIR-reordered': 31,
  });
  expect((await scan([discs.path])).ignored.filter(({ code }) => code === 'missing')).toEqual([]);
});

const labels = async (paths: readonly string[]) => {
  const { entries } = await scan(paths);
  return Object.fromEntries(entries.map(({ relativePath, label }) => [relativePath, label]));
};

test('folders of a disc are not classes, whatever their names', async () => {
  put({
    DICOMDIR: dicomdir(['MUELLER/STUDY1/SERIES1/IM1', 'MEIER/STUDY1/SERIES1/IM1']),
    'mueller/study1/series1/im1': IMAGE,
    'meier/study1/series1/im1': IMAGE,
  });
  const { layout, entries } = await scan([folder]);
  expect([layout, entries.map(({ label }) => label)]).toEqual(['none', [null, null]]);
});

test('folders around a disc are classes, as are those beside it that it does not name', async () => {
  const disc = (name: string) => ({
    [`${name}/DICOMDIR`]: dicomdir(['DICOM/A/IM1', 'DICOM/B/IM1']),
    [`${name}/DICOM/A/IM1`]: IMAGE,
    [`${name}/DICOM/B/IM1`]: IMAGE,
  });
  put({ ...disc('benign'), ...disc('malignant') });
  expect(await labels([folder])).toEqual({
    'benign/DICOM/A/IM1': 'benign',
    'benign/DICOM/B/IM1': 'benign',
    'malignant/DICOM/A/IM1': 'malignant',
    'malignant/DICOM/B/IM1': 'malignant',
  });
  put({ DICOMDIR: dicomdir(['DICOM/IM1']), 'DICOM/IM1': IMAGE });
  expect(await labels([folder])).toMatchObject({ 'DICOM/IM1': null, 'benign/DICOM/A/IM1': 'benign' });
});

test('folders of a disc in an archive, or with an unreadable table of contents, are not classes either', async () => {
  const zip = await zipBytes([
    { name: 'DICOMDIR', content: dicomdir(['P1/IM1', 'P2/IM1']) },
    { name: 'P1/IM1', content: IMAGE },
    { name: 'P2/IM1', content: IMAGE },
  ]);
  put({ 'disc.zip': zip });
  expect(await labels([join(folder, 'disc.zip')])).toEqual({ 'disc.zip/P1/IM1': null, 'disc.zip/P2/IM1': null });
  const broken = dicomdir(['P1/IM1']).subarray(0, 230);
  put({ 'cd/DICOMDIR': broken, 'cd/P1/IM1': IMAGE, 'cd/P2/IM1': IMAGE });
  expect(await labels([join(folder, 'cd')])).toEqual({ 'P1/IM1': null, 'P2/IM1': null });
});
