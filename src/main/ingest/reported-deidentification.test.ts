import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { deidentifyFile } from './deidentify-file';
import type { DeidentifyOptions } from './dicom/deidentify/options';
import { parseDicom } from './dicom/parse';
import { readDicomFrame } from './dicom/read-frame';
import { sha256 } from './read-file';
import { holdsText } from './test-support/planted-text';
import { sharedData } from './test-support/shared-data';

const reported = sharedData('reports/deidentify');
const folder = mkdtempSync(join(tmpdir(), 'fovea-reported-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const optionsOf = (hash: string): DeidentifyOptions => ({
  uidKey: '11'.repeat(32),
  dates: 'remove',
  dateKey: '22'.repeat(32),
  pseudonym: 'patient-0007',
  hash,
  version: '0.1.0',
});

/** 256 columns from 0 to 4095, as the files were made: column c holds 4095 c / 255, rounded down. */
const ramp = Array.from({ length: 128 * 256 }, (_, index) => Math.floor(((index % 256) * 4095) / 255));
const counted = Array.from({ length: 64 * 64 }, (_, index) => index);

describe.skipIf(reported.missing)(`de-identified files after public reports${reported.why}`, () => {
  test.each([
    // Letters drawn in bit 12 of 16, above the 12 that are stored.
    ['native', ramp],
    ['rle', ramp],
    // A name behind the last sample.
    ['tail', counted],
  ])('%s holds its image and nothing beside it', async (name, values) => {
    const path = join(reported.path, `${name}.dcm`);
    const source = readFileSync(path);
    const out = join(folder, `${name}.dcm`);
    const options = optionsOf(sha256(source));
    const outcome = await deidentifyFile({ path, out, options, includeRisky: false, classNames: [] });
    expect(outcome).toMatchObject({ written: true, risk: null });
    const written = readFileSync(out);
    const { stored } = await readDicomFrame(parseDicom(written), 0, new Set());
    // All bits of each sample.
    expect(Array.from(stored.values).join() === values.join()).toBe(true);
    for (const text of ['MUSTER', 'ANNA', '1970', 'TEST', 'PYDICOM'])
      expect(holdsText(written, text), text).toBe(false);
    const { length } = parseDicom(written).dataSet.elements['x7fe00010'] as { length: number };
    if (name !== 'rle') {
      expect(length).toBe(2 * values.length);
      const samples = Buffer.alloc(length);
      for (const [index, value] of values.entries()) samples.writeUInt16LE(value, 2 * index);
      expect(written.subarray(-length).equals(samples)).toBe(true);
    }
  });

  test('the text that must not leave is in the source', () => {
    expect(holdsText(readFileSync(join(reported.path, 'tail.dcm')), 'MUSTER^ANNA 1970-01-01')).toBe(true);
    const native = readFileSync(join(reported.path, 'native.dcm')).subarray(-2 * ramp.length);
    // 206 samples have one bit more than their value: counted with Python's struct.
    expect(ramp.filter((value, index) => native.readUInt16LE(2 * index) === value + 4096)).toHaveLength(206);
  });
});
