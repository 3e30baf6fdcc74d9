import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MAX_FILE_BYTES } from './limits';
import { readFileIdentity } from './read-file-identity';
import { dicomFile, type TestElement } from './test-support/dicom-bytes';

const folder = mkdtempSync(join(tmpdir(), 'fovea-identity-'));
afterAll(() => rmSync(folder, { recursive: true }));

const institution: TestElement = ['00080080', 'LO', 'North'];
const patient: TestElement = ['00100020', 'LO', 'P1'];
const series: TestElement = ['0020000e', 'UI', '1.2.3'];
const rows: TestElement = ['00280010', 'US', [1]];
const filler = (bytes: number): TestElement => ['00091010', 'OB', Buffer.alloc(bytes)];

/** `grownTo`: the file is extended to this size with zeros after its elements. */
function identityOf(elements: readonly TestElement[], grownTo = 0) {
  const path = join(folder, 'file.dcm');
  writeFileSync(path, dicomFile(elements));
  if (grownTo > 0) truncateSync(path, grownTo);
  return readFileIdentity(path);
}

// A file above the limit cannot be read completely, so the result came from its beginning.
const HUGE = MAX_FILE_BYTES + 1;

test('only the beginning is read, even of a file without a series', async () => {
  const pixels: TestElement = ['7fe00010', 'OW', Buffer.alloc(1_200_000)];
  expect(await identityOf([institution, patient, series, rows, pixels], HUGE)).toMatchObject({
    patient: 'P1',
    series: '1.2.3',
    institution: 'North',
  });
  expect(await identityOf([patient, rows, pixels], HUGE)).toMatchObject({ patient: 'P1', series: null });
  expect(await identityOf([filler(500_000), patient, series, rows, pixels], HUGE)).toMatchObject({ patient: 'P1' });
});

test('the whole file is read if more than a mebibyte precedes the patient, or it is out of order', async () => {
  const late = [filler(1_500_000), patient, series, rows];
  expect(await identityOf(late)).toMatchObject({ patient: 'P1' });
  await expect(identityOf(late, HUGE)).rejects.toMatchObject({ code: 'too_large' });
  expect(await identityOf([rows, series, filler(100_000), patient])).toMatchObject({ patient: 'P1', series: '1.2.3' });
});
