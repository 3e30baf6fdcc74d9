import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requests } from '#shared/ipc/contract';
import { greyPng } from '../../ingest/sample/small-files';
import { mutate } from '../../ingest/test-support/mutate';
import { seededRandom } from '../../ingest/test-support/random';
import { zipBytes } from '../../ingest/test-support/zip-bytes';
import type { Dataset } from '../dataset/dataset';
import type { OpenProject } from '../project/projects';
import { type ImportProject, openImportProject } from '../test-support/import-project';

let opened: ImportProject;
let root: string;
let project: OpenProject;
let dataset: Dataset;

beforeEach(async () => {
  opened = await openImportProject();
  ({ root, project, dataset } = opened);
});
afterEach(() => opened.close());

const importAll = (paths: readonly string[], table?: string) => opened.importAll(paths, {}, table);

function noisePng(seed: number): Buffer {
  const random = seededRandom(seed);
  return greyPng(
    Uint8Array.from({ length: 24 * 20 }, () => random() * 256),
    24,
  );
}

describe('malformed archives', () => {
  /** In the local header and the directory (APPNOTE 4.3.7, 4.3.12): every byte of the archive may be wrong. */
  const MUTATIONS = 120;

  it(`${MUTATIONS} mutations: remaining files are imported or listed, and nothing is written outside the project`, async () => {
    const entries = Array.from({ length: 6 }, (_, index) => ({
      name: `${index % 2 ? 'a' : 'b'}/${index}.png`,
      content: noisePng(index),
      compress: index % 3 !== 0,
    }));
    const good = await zipBytes(entries);
    const archive = join(root, 'set.zip');
    const codes = new Map<string, number>();
    let read = 0;
    for (let seed = 0; seed < MUTATIONS; seed++) {
      writeFileSync(archive, mutateZip(good, seed));
      try {
        const { result, plan } = await importAll([archive]);
        read += result.added + result.duplicates;
        for (const { code, message } of [...result.skipped, ...plan.ignored]) {
          expect(message).not.toBe('');
          codes.set(code, (codes.get(code) ?? 0) + 1);
        }
      } catch (error) {
        // An archive without its directory contains nothing to import.
        expect(error).toMatchObject({ code: 'nothing_to_import' });
      }
    }
    expect(read).toBeGreaterThan(MUTATIONS);
    expect([...codes.keys()]).toContain('damaged');
    expect(codes.has('internal')).toBe(false);
    expect(readdirSync(root).sort()).toEqual(['project', 'set.zip', 'user']);
    expect(readdirSync(join(project.folder, 'cache', 'unpacking'))).toEqual([]);
    // Every imported image has the content of an original file, or of a mutation that is still a valid image.
    for (const id of dataset.ids(project, {}, 'path'))
      expect(existsSync(dataset.sourceFile(project, id).path)).toBe(true);
  });

  it('with a wrong checksum: the file is skipped with the reason, the others are read', async () => {
    const zip = await zipBytes([1, 2, 3].map((seed) => ({ name: `a/${seed}.png`, content: noisePng(seed) })));
    const directory = zip.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    zip.writeUInt32LE((zip.readUInt32LE(directory + 16) ^ 1) >>> 0, directory + 16);
    const archive = join(root, 'set.zip');
    writeFileSync(archive, zip);
    const { result } = await importAll([archive]);
    expect(result.added).toBe(2);
    expect(result.skipped).toMatchObject([{ path: 'set.zip/a/1.png', code: 'damaged' }]);
  });
});

/** Half of the damage goes where it matters most: to the headers of the entries and the directory. */
function mutateZip(zip: Buffer, seed: number): Buffer {
  if (seed % 2 === 0) return mutate(zip, seed);
  const random = seededRandom(seed);
  const copy = Buffer.from(zip);
  const headers: number[] = [];
  for (let at = copy.indexOf('PK', 0, 'latin1'); at >= 0; at = copy.indexOf('PK', at + 2, 'latin1')) headers.push(at);
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const header = headers[Math.floor(random() * headers.length)] ?? 0;
    const at = Math.min(copy.length - 1, header + 4 + Math.floor(random() * 50));
    copy[at] = random() < 0.3 ? 0xff : Math.floor(random() * 256);
  }
  return copy;
}

it('counts classes and patients named like prototypes as any others', async () => {
  const names = ['__proto__', 'constructor', 'toString', '=1+1', 'a'];
  const folder = join(root, 'images');
  const zip = await zipBytes(names.map((_, index) => ({ name: `${index}.png`, content: noisePng(index) })));
  writeFileSync(join(root, 'images.zip'), zip);
  const table = join(root, 'table.csv');
  writeFileSync(
    table,
    `path,label,patient\n${names.map((name, index) => `${index}.png,${name},${name}`).join('\n')}\n`,
  );
  expect(existsSync(folder)).toBe(false);
  const { result } = await importAll([join(root, 'images.zip')], table);
  expect(result).toMatchObject({ added: 5, patients: 5 });
  const classes = names.map((name) => (name === '__proto__' ? '_proto_' : name)).sort();
  expect(Object.keys(result.classes).sort()).toEqual(classes);
  // As sent to the window: validated by the contract.
  const parsed = requests['dataset.import'].result.parse(result);
  expect(Object.keys(parsed.classes).sort()).toEqual(classes);
  opened.splits.split(project, { validation: 0.2, test: 0.2, seed: 1, group: 'patient' });
  const summary = requests['dataset.summary'].output.omit({ review: true }).parse(dataset.summary(project));
  expect(summary.classes.map(({ label }) => label).sort()).toEqual(classes);
  expect(summary.patients).toBe(5);
  const counted = Object.values(summary.split?.counts ?? {}).flatMap((part) => Object.keys(part));
  expect([...new Set(counted)].sort()).toEqual(classes);
  expect(Object.keys(summary.version?.classes ?? {}).sort()).toEqual(classes);
  expect(dataset.ids(project, { label: '_proto_' }, 'label')).toHaveLength(1);
});
