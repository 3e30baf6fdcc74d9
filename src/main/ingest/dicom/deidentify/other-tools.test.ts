import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSet } from 'dicom-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedData } from '../../test-support/shared-data';
import { parseDicom } from '../parse';
import { deidentifyDicom } from './deidentify-dicom';
import type { DeidentifyOptions } from './options';

/** From Debian: libgdcm-tools, dicom3tools; openssl makes the certificate that gdcmanon requires. */
const missing = ['gdcmanon', 'dciodvfy', 'openssl'].filter((tool) => spawnSync('which', [tool]).status !== 0);
const data = sharedData('dicom');
const why = missing.length > 0 ? ` (skipped: ${missing.join(', ')} not installed)` : data.why;

const options: DeidentifyOptions = {
  uidKey: '11'.repeat(32),
  dates: 'remove',
  dateKey: '22'.repeat(32),
  pseudonym: 'patient-0007',
  hash: '33'.repeat(32),
  version: '0.1.0',
};

/** A few of each kind: all of the reference data takes minutes (docs/deidentification.md has its numbers). */
const names = [
  'pydicom/CT_small.dcm',
  'pydicom/MR_small.dcm',
  'pydicom/MR_small_bigendian.dcm',
  'pydicom/MR_small_implicit.dcm',
  'pydicom/examples_ybr_color.dcm',
  'pydicom/examples_overlay.dcm',
  'pydicom/SC_rgb_rle_2frame.dcm',
  'pydicom/JPEG2000.dcm',
  'pydicom/examples_palette.dcm',
  'cornerstone/CT2_J2KR',
  'dcm4che/src/main/resources/cplx_p02.dcm',
  'pydicom/liver_1frame.dcm',
];

/** Values by path ("x00081140[0].x00081155"), without private attributes, pixels and the file meta group. */
function valuesOf(dataSet: DataSet, way = '', values = new Map<string, string>()): Map<string, string> {
  for (const [tag, element] of Object.entries(dataSet.elements)) {
    if (/^x(0002|7fe0|fff)/.test(tag) || tag.endsWith('0000') || Number.parseInt(tag[4] ?? '0', 16) % 2 === 1) continue;
    if (element.items !== undefined) {
      element.items.forEach((item, index) => {
        if (item.dataSet !== undefined) valuesOf(item.dataSet, `${way}${tag}[${index}].`, values);
      });
    } else if (element.length > 0) {
      const bytes = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
      values.set(`${way}${tag}`, Buffer.from(bytes).toString('latin1').replaceAll('\0', ' ').trim());
    }
  }
  return values;
}

/** Error lines of dciodvfy without the values they quote, which de-identification changes. */
function errorsOf(path: string): string[] {
  const { stdout, stderr } = spawnSync('dciodvfy', ['-new', path], { encoding: 'latin1' });
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('Error'));
  return lines.map((line) => line.replace(/(= |value )<[^>]*>/g, '$1<>').replace(/(= )2?\S*\.\S*$/, '$1'));
}

describe.skipIf(missing.length > 0 || data.missing)(`against gdcmanon and dciodvfy${why}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fovea-other-tools-'));
    const request = ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-subj', '/CN=test', '-days', '2'];
    execFileSync('openssl', [...request, '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')], {
      stdio: 'ignore',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const present = names.filter((name) => existsSync(join(data.path, name)));
  test('most of the selected files are present', () => expect(present.length).toBeGreaterThan(8));

  test.each(present)('%s: everything that gdcmanon changes is changed, without new errors', async (name) => {
    const path = join(data.path, name);
    const source = readFileSync(path);
    const original = valuesOf(parseDicom(source).dataSet);
    const { bytes } = await deidentifyDicom(source, options);
    const ours = valuesOf(parseDicom(bytes).dataSet);
    const ourFile = join(folder, 'ours.dcm');
    writeFileSync(ourFile, bytes);

    const theirFile = join(folder, 'theirs.dcm');
    rmSync(theirFile, { force: true });
    const certificate = ['-c', join(folder, 'certificate.pem'), '--crypto=openssl'];
    spawnSync('gdcmanon', [...certificate, '-i', path, '-o', theirFile]);
    if (readdirSync(folder).includes('theirs.dcm')) {
      const theirs = valuesOf(parseDicom(readFileSync(theirFile)).dataSet);
      const changedByThem = [...original].filter(([way, value]) => theirs.get(way) !== value).map(([way]) => way);
      expect(changedByThem.length).toBeGreaterThan(3);
      expect(changedByThem.filter((way) => ours.get(way) === original.get(way))).toEqual([]);
    }
    const before = new Set(errorsOf(path));
    expect(errorsOf(ourFile).filter((line) => !before.has(line))).toEqual([]);
  });
});
