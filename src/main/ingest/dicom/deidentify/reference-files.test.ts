import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../read-file';
import { sharedData } from '../../test-support/shared-data';
import type { TagRow } from '../../types';
import { openDicomFrame } from '../open-dicom';
import { parseDicom } from '../parse';
import { listTags } from '../tags';
import { deidentifyDicom } from './deidentify-dicom';
import type { DeidentifyOptions } from './options';
import { isStandardUid } from './uids';

const folders = [sharedData('dicom'), sharedData('busi-dicom')];

export const options: DeidentifyOptions = {
  uidKey: '11'.repeat(32),
  dates: 'remove',
  dateKey: '22'.repeat(32),
  pseudonym: 'patient-0007',
  hash: '33'.repeat(32),
  version: '0.1.0',
};

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

/** Files that can be read completely and have pixels. */
const files = folders
  .flatMap(({ path }) => filesOf(path))
  .filter((path) => {
    try {
      const { dataSet, stop } = parseDicom(readFileSync(path));
      return stop === null && ['x7fe00010', 'x7fe00008', 'x7fe00009'].some((tag) => tag in dataSet.elements);
    } catch {
      return false;
    }
  });

const REPRESENTATIONS = new Set(['PN', 'DA', 'DT', 'UI', 'LT', 'ST', 'UT', 'AE', 'UR']);

/** Identifying attributes that are texts or codes: patient and order numbers, institutions, stations, comments. */
const TAGS =
  /^\((0008,(0050|0080|0081|0082|1010|1030|103E|1040)|0010,(0020|0021|1000|1040|2154|21B0|4000)|0018,(1000|1030)|0020,(0010|4000)|0032,1060|0040,(0253|1001))\)$/;

const isIdentity = ({ vr, tag }: TagRow): boolean => REPRESENTATIONS.has(vr) || TAGS.test(tag);

/**
 * Every value that must not occur in the output: long enough not to occur by chance, and not part of what the profile
 * keeps (a series called "Brain" of a body part "BRAIN", a scanner's maker who is its institution too).
 */
async function identities(path: string): Promise<string[]> {
  const rows = await listTags(parseDicom(readFileSync(path)).dataSet, true);
  const kept = rows.filter((row) => !isIdentity(row) && !row.identifying).map(({ value }) => value.toLowerCase());
  const values = rows
    .filter(isIdentity)
    .flatMap(({ value, vr }) => (vr === 'PN' ? value.split(/[\\^=]/) : value.split('\\')))
    .map((value) => value.replace('…', '').trim())
    .filter((value) => value.length >= 5 && !isStandardUid(value) && !/^\d{1,5}$/.test(value))
    .filter((value) => !kept.some((one) => one.includes(value.toLowerCase())));
  return [...new Set(values)];
}

/** A written file without its pixels; inflated. */
function withoutPixels(bytes: Buffer): string {
  const { dataSet } = parseDicom(bytes);
  const pixels = dataSet.elements['x7fe00010'];
  const all = Buffer.from(dataSet.byteArray);
  return (pixels === undefined ? all : all.subarray(0, pixels.dataOffset)).toString('latin1');
}

/**
 * Files without an image, or with one that no decoder here reads: what cannot be inspected is not exported, nor can it
 * be imported. Retired JPEG processes are not decoded but still parsed.
 */
const REFUSED = [
  'dcm4che/src/main/resources/will-jxl.dcm',
  'pydicom/JPEG2000-embedded-sequence-delimiter.dcm',
  'pydicom/meta_missing_tsyntax.dcm',
  'pydicom/nested_priv_SQ.dcm',
];

/** Stored values of frame 0, or the code of the decoding error. */
async function frame(bytes: Buffer): Promise<unknown> {
  try {
    const { stored } = await openDicomFrame(parseDicom(bytes), 0);
    return sha256(new Uint8Array(stored.values.buffer, stored.values.byteOffset, stored.values.byteLength));
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : 'failed';
  }
}

describe.skipIf(files.length === 0)(`files of other manufacturers${folders.map(({ why }) => why).join('')}`, () => {
  test.each(files.map((path) => [path.split('/shared/data/')[1] ?? path, path]))('%s', async (_name, path) => {
    const source = readFileSync(path);
    const original = await frame(source);
    if (REFUSED.some((name) => path.endsWith(name))) {
      await expect(deidentifyDicom(source, options)).rejects.toMatchObject({ code: original });
      return;
    }
    const { bytes } = await deidentifyDicom(source, options);
    const text = withoutPixels(bytes);
    expect((await identities(path)).filter((value) => text.includes(value))).toEqual([]);
    expect(parseDicom(bytes).transferSyntax).toBe(parseDicom(source).transferSyntax);
    expect(await frame(bytes)).toEqual(original);
    expect((await deidentifyDicom(source, options)).bytes.equals(bytes)).toBe(true);
    // De-identifying the output changes nothing: the same attributes remain.
    const again = await deidentifyDicom(bytes, options);
    expect(Object.keys(parseDicom(again.bytes).dataSet.elements)).toEqual(
      Object.keys(parseDicom(bytes).dataSet.elements),
    );
    const shifted = await deidentifyDicom(source, { ...options, dates: 'shift' });
    const names = (await identities(path)).filter((value) => withoutPixels(shifted.bytes).includes(value));
    expect(names).toEqual([]);
  });

  test('there are many of them, in every transfer syntax except video', () => {
    const syntaxes = new Set(files.map((path) => parseDicom(readFileSync(path)).transferSyntax));
    expect(files.length).toBeGreaterThan(220);
    expect(syntaxes.size).toBeGreaterThan(14);
  });
});
