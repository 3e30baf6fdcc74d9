import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import { importOptionsSchema } from '#shared/models/dataset';
import type { DecodePool } from '../../decode-host/client';
import { decodeJobs } from '../../decode-host/jobs';
import { dicomFile, imageModule } from '../../ingest/test-support/dicom-bytes';
import { zipBytes } from '../../ingest/test-support/zip-bytes';
import { createDataset, type Dataset } from '../dataset/dataset';
import { createLabels, type Labels } from '../labels/labels';
import type { OpenProject } from '../project/projects';
import { createSplits, type Splits } from '../splits/splits';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject, type TestProject } from '../test-support/project';
import { quietJob } from '../test-support/quiet-job';
import { createImports, type Imports } from './imports';

let decoded = 0;
const pool: DecodePool = {
  ...decodeJobs,
  ingestFrames(input) {
    decoded += 1;
    return decodeJobs.ingestFrames(input);
  },
  dispose: async () => {},
};

let opened: TestProject;
let root: string;
let project: OpenProject;
let imports: Imports;
let splits: Splits;
let labels: Labels;
let dataset: Dataset;

beforeEach(async () => {
  opened = await openTestProject('fovea moves [ü] ');
  ({ root, project } = opened);
  const { events } = opened;
  splits = createSplits();
  labels = createLabels();
  imports = createImports({ events, pool, splits, background: inThisThread(() => project) });
  dataset = createDataset({ splits, pool });
  decoded = 0;
});
afterEach(() => {
  opened.close();
});

const at = (...path: string[]) => join(root, ...path);

async function importAll(paths: string[], more: object = {}) {
  const plan = await imports.scan(project, paths);
  const handle = quietJob();
  return imports.run(project, plan.id, importOptionsSchema.parse(more), null, handle);
}

function noise(seed: number): Buffer {
  const random = createRandom(23, seed);
  return Buffer.from(Array.from({ length: 40 * 30 }, () => random.integer(256)));
}

function put(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), bytes);
}

const png = (seed: number) =>
  sharp(noise(seed), { raw: { width: 40, height: 30, channels: 1 } })
    .png()
    .toBuffer();

/** A recording with different noise in each frame. */
const recording = (frames: number, seed: number) =>
  dicomFile([
    ...imageModule({ rows: 30, columns: 40, frames }),
    ['7fe00010', 'OB', Buffer.concat(Array.from({ length: frames }, (_, frame) => noise(100 * seed + frame)))],
  ]);

function move(from: string, to: string): void {
  mkdirSync(dirname(at(to)), { recursive: true });
  renameSync(at(from), at(to));
}

const all = () => dataset.images(project, dataset.ids(project, {}, 'added'));
/** The image with this path suffix. Files are decoded in parallel, so ids do not follow the order of names. */
const idOf = (end: string) => all().find(({ path }) => path.endsWith(end))?.id ?? 0;
const paths = () => all().map(({ path }) => path);

/** Checks that every image's file is at its recorded place with unchanged content. */
function expectFiles(): void {
  for (const { id } of all()) {
    const { path, hash } = dataset.sourceFile(project, id);
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(hash);
  }
}

describe('files that moved between two imports', () => {
  it('are recognised by content without decoding, and keep labels, splits and history', async () => {
    for (let i = 0; i < 12; i++) put(`old/${i % 2 ? 'a' : 'b'}/${i}.png`, await png(i));
    await importAll([at('old')]);
    const [first = 0] = dataset.ids(project, {}, 'added');
    labels.label(project, [first], 'cyst');
    splits.split(project, { validation: 0.25, test: 0.25, seed: 1, group: 'none' });
    const before = all().map(({ id, label, split }) => ({ id, label, split }));
    const history = project.store.all('SELECT * FROM labels ORDER BY id');
    expect(decoded).toBe(12);

    move('old', 'new/disk');
    const result = await importAll([at('new', 'disk')]);
    expect(result).toMatchObject({ added: 0, duplicates: 12, moved: 12, skipped: [] });
    expect(decoded).toBe(12);
    expectFiles();
    expect(all().map(({ id, label, split }) => ({ id, label, split }))).toEqual(before);
    expect(project.store.all('SELECT * FROM labels ORDER BY id')).toEqual(history);
    expect(project.store.column('SELECT detail FROM audit ORDER BY id DESC LIMIT 1')).toEqual([
      JSON.stringify({ import: 2, images: 12 }),
    ]);
    // A person's label differs from the folder's on purpose.
    expect(result.warnings.join('\n')).not.toContain('same content');
    expect(await importAll([at('new', 'disk')])).toMatchObject({ added: 0, duplicates: 12, moved: 0 });
    expect(dataset.summary(project).lastImport?.moved).toBe(0);
  });

  it('keep their first path if they still exist there', async () => {
    put('old/a/1.png', await png(1));
    await importAll([at('old')]);
    cpSync(at('old'), at('copy'), { recursive: true });
    expect(await importAll([at('copy')])).toMatchObject({ duplicates: 1, moved: 0 });
    expect(dataset.sourceFile(project, 1).path).toBe(at('old', 'a', '1.png'));
  });

  it('swap paths when their names were swapped', async () => {
    // Uncompressed files of equal size: only the content distinguishes them.
    for (const [name, seed] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      put(`old/a/${name}.dcm`, recording(1, seed));
    }
    await importAll([at('old')]);
    move('old/a/one.dcm', 'old/a/x');
    move('old/a/two.dcm', 'old/a/one.dcm');
    move('old/a/x', 'old/a/two.dcm');
    expect(await importAll([at('old')])).toMatchObject({ added: 0, duplicates: 2, moved: 2 });
    expect(paths().sort()).toEqual(['a/one.dcm', 'a/two.dcm']);
    expectFiles();
  });

  it('are found elsewhere if another file took their place, and that file is added', async () => {
    put('old/a/1.png', await png(1));
    await importAll([at('old')]);
    move('old/a/1.png', 'old/a/archive/1.png');
    put('old/a/1.png', await png(2));
    expect(await importAll([at('old')])).toMatchObject({ added: 1, duplicates: 1, moved: 1 });
    expect(paths()).toEqual(['a/archive/1.png', 'a/1.png']);
    expectFiles();
  });

  it('count once if they now exist twice', async () => {
    put('old/a/1.png', await png(1));
    await importAll([at('old')]);
    cpSync(at('old', 'a', '1.png'), at('new', 'a', '1.png'));
    cpSync(at('old', 'a', '1.png'), at('new', 'a', '2.png'));
    rmSync(at('old'), { recursive: true });
    expect(await importAll([at('new')])).toMatchObject({ added: 0, duplicates: 2, moved: 1 });
    expectFiles();
  });

  it('are found with all frames, including removed ones and those not requested by this import', async () => {
    put('old/a/film.dcm', recording(5, 3));
    await importAll([at('old')], { frames: { kind: 'every', step: 2 } });
    const [, second = 0] = dataset.ids(project, {}, 'added');
    labels.remove(project, [second]);
    move('old', 'new');
    // Frames 1 and 5 are in the dataset, 3 was removed; the first is requested.
    expect(await importAll([at('new')])).toMatchObject({ added: 0, duplicates: 1, moved: 2 });
    labels.undo(project);
    expect(all().map(({ frame }) => frame)).toEqual([0, 2, 4]);
    expectFiles();
    move('new', 'newer');
    expect(await importAll([at('newer')], { frames: { kind: 'all' } })).toMatchObject({
      added: 2,
      duplicates: 3,
      moved: 3,
    });
    expectFiles();
  });

  it('are found if moved into the project, as are copies lost from it', async () => {
    put('old/a/1.png', await png(1));
    put('old/a/2.png', await png(2));
    await importAll([at('old')]);
    move('old', 'new');
    // The images' recorded places are now the copies.
    expect(await importAll([at('new')], { copy: true })).toMatchObject({ added: 0, duplicates: 2, moved: 2 });
    rmSync(at('new', 'a', '2.png'));
    expectFiles();
    expect(dataset.sourceFile(project, idOf('1.png')).path).toBe(at('project', 'images', 'a', '1.png'));
    // One copy is lost: a file imported without copying stays where it is.
    rmSync(at('project', 'images', 'a', '1.png'));
    expect(await importAll([at('new')])).toMatchObject({ added: 0, duplicates: 1, moved: 1 });
    expect(dataset.sourceFile(project, idOf('1.png')).path).toBe(at('new', 'a', '1.png'));
    expectFiles();
  });

  it('are unpacked again if an unpacked copy is lost', async () => {
    put('set.zip', await zipBytes([{ name: 'a/1.png', content: await png(1) }]));
    await importAll([at('set.zip')]);
    const { path } = dataset.sourceFile(project, 1);
    rmSync(path);
    renameSync(at('set.zip'), at('renamed.zip'));
    expect(await importAll([at('renamed.zip')])).toMatchObject({ added: 0, duplicates: 1, moved: 1 });
    expect(existsSync(path)).toBe(false);
    expectFiles();
  });
});

it('a second import labels images that never had a label, and keeps labels that a person removed', async () => {
  put('images/a/1.png', await png(1));
  put('images/b/2.png', await png(2));
  await importAll([at('images')], { labelsFromFolders: false });
  expect(all().map(({ label }) => label)).toEqual([null, null]);
  labels.label(project, [idOf('1.png')], 'a');
  labels.label(project, [idOf('1.png')], null);
  await importAll([at('images')]);
  expect(dataset.images(project, [idOf('1.png'), idOf('2.png')]).map(({ label }) => label)).toEqual([null, 'b']);
});
