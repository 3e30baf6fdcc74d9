import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import { FoveaError } from '#shared/ipc/errors';
import { importOptionsSchema } from '#shared/models/dataset';
import type { DecodePool } from '../../decode-host/client';
import { decodeJobs } from '../../decode-host/jobs';
import { sampleDataset } from '../../ingest/sample/sample-dataset';
import { pictureMeasures } from '../../store/measures';
import { createDataset, type Dataset } from '../dataset/dataset';
import { createImports, type Imports } from '../imports/imports';
import { createLabels, type Labels } from '../labels/labels';
import type { OpenProject } from '../project/projects';
import { prepareRun } from '../runs/run-preview';
import { createSplits, type Splits } from '../splits/splits';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject, type TestProject } from '../test-support/project';
import { quietJob } from '../test-support/quiet-job';
import { findLeaks } from './duplicate-groups';
import { createDuplicates, type Duplicates } from './duplicates';

/** The decode host's own jobs, in this process. */
const pool: DecodePool = { ...decodeJobs, dispose: async () => {} };

let opened: TestProject;
let root: string;
let project: OpenProject;
let imports: Imports;
let splits: Splits;
let labels: Labels;
let dataset: Dataset;
let duplicates: Duplicates;

beforeEach(async () => {
  opened = await openTestProject();
  ({ root, project } = opened);
  const { events } = opened;
  splits = createSplits();
  labels = createLabels();
  duplicates = createDuplicates({ events, pool, background: inThisThread(() => project) });
  imports = createImports({ events, pool, splits, background: inThisThread(() => project) });
  dataset = createDataset({ splits, pool });
});
afterEach(() => {
  opened.close();
});

async function importAll(paths: string[], more: object = {}) {
  const plan = await imports.scan(project, paths);
  const handle = quietJob();
  return imports.run(project, plan.id, importOptionsSchema.parse(more), null, handle);
}

const SIDE = 96;

/** Smooth blobs at random places: two seeds look nothing alike. `gain` and `offset` change contrast and brightness. */
function blobs(seed: number, gain = 1, offset = 0): Buffer {
  const random = createRandom(5, seed);
  const spots = Array.from({ length: 30 }, () => ({
    x: random.integer(SIDE),
    y: random.integer(SIDE),
    width: 4 + random.integer(10),
    height: random.integer(160) - 80,
  }));
  return Buffer.from(
    Array.from({ length: SIDE * SIDE }, (_, index) => {
      const value = spots.reduce((sum, spot) => {
        const distance = (index % SIDE) - spot.x;
        const down = Math.floor(index / SIDE) - spot.y;
        return sum + spot.height * Math.exp(-(distance ** 2 + down ** 2) / (2 * spot.width ** 2));
      }, 128);
      return Math.max(0, Math.min(255, Math.round(value * gain + offset)));
    }),
  );
}

async function put(path: string, pixels: Buffer, format: 'png' | 'jpeg' = 'png'): Promise<void> {
  const file = join(root, 'images', path);
  mkdirSync(dirname(file), { recursive: true });
  const image = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } });
  writeFileSync(file, await (format === 'png' ? image.png() : image.jpeg({ quality: 60 })).toBuffer());
}

/** Groups with paths in place of numbers, by their first path: the order of numbers depends on the decoders. */
const shown = () =>
  duplicates
    .groups(project)
    .map(({ kind, images, conflict, leak, kept }) => ({
      kind,
      paths: dataset
        .images(project, images)
        .map((image) => image.path)
        .sort(),
      conflict,
      leak,
      kept,
    }))
    .sort((a, b) => ((a.paths[0] ?? '') < (b.paths[0] ?? '') ? -1 : 1));

/** Ten images per class; benign/0 also as a brighter JPEG, benign/0 copy; malignant/3 saved again under benign. */
async function importWithTwins(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await put(`benign/${i}.png`, blobs(i));
    await put(`malignant/${i}.png`, blobs(100 + i));
  }
  await put('benign/0 copy.jpg', blobs(0, 0.8, 30), 'jpeg');
  const image = sharp(blobs(103), { raw: { width: SIDE, height: SIDE, channels: 1 } });
  writeFileSync(join(root, 'images/benign/other.png'), await image.png({ compressionLevel: 0 }).toBuffer());
  await importAll([join(root, 'images')]);
}

describe('duplicates', () => {
  it('are found in another file, format, brightness and contrast, and nothing else is', async () => {
    await importWithTwins();
    expect(shown()).toEqual([
      { kind: 'near', paths: ['benign/0 copy.jpg', 'benign/0.png'], conflict: false, leak: false, kept: false },
      { kind: 'exact', paths: ['benign/other.png', 'malignant/3.png'], conflict: true, leak: false, kept: false },
    ]);
    expect(dataset.summary(project).duplicates).toEqual({
      groups: 2,
      images: 4,
      conflicts: 1,
      leaks: 0,
      kept: 0,
      suspected: 0,
    });
  });

  it('stay in one split unless that is switched off, and those across splits are counted', async () => {
    await importWithTwins();
    const apart = new Set<number>();
    for (let seed = 0; seed < 12; seed++) {
      expect(splits.split(project, { seed })).toMatchObject({ keepDuplicatesTogether: true, groupsAcrossSplits: 0 });
      expect(shown().some((group) => group.leak)).toBe(false);
      const summary = splits.split(project, { seed, keepDuplicatesTogether: false });
      expect(summary).toMatchObject({ keepDuplicatesTogether: false, patientsAcrossSplits: 0 });
      expect(summary.groupsAcrossSplits).toBe(shown().filter((group) => group.leak).length);
      expect(summary.warnings.some((one) => one.includes('duplicate images in more than one split'))).toBe(
        summary.groupsAcrossSplits > 0,
      );
      apart.add(summary.groupsAcrossSplits);
    }
    expect(Math.max(...apart)).toBeGreaterThan(0);
  });

  it('join patients that share one, and count a shared one once', async () => {
    for (let patient = 0; patient < 8; patient++) {
      for (let i = 0; i < 3; i++) {
        await put(`${patient % 2 === 0 ? 'a' : 'b'}/P${patient}-${i}.png`, blobs(patient * 10 + i));
      }
    }
    // P0 and P4 share a picture.
    await put('a/P4-twin.png', blobs(1, 0.9, 5));
    await importAll([join(root, 'images')], { groupPattern: '(P\\d+)-' });
    for (let seed = 0; seed < 8; seed++) {
      expect(splits.split(project, { seed, validation: 0.25, test: 0.25 }).groupsAcrossSplits).toBe(0);
      const parts = dataset
        .images(project, dataset.ids(project, {}, 'path'))
        .flatMap(({ path, split }) => (/P[04]-/.test(path) ? [split] : []));
      expect(new Set(parts).size).toBe(1);
    }
    const of = (name: string) => dataset.ids(project, { text: name }, 'path');
    splits.move(project, of('P'), 'train');
    const moved = splits.move(project, of('P4-twin'), 'test');
    expect(moved).toMatchObject({ patientsAcrossSplits: 1, duplicatesAcrossSplits: 1, groupsAcrossSplits: 1 });
    expect(findLeaks(project.store)).toEqual({ patients: 1, duplicates: 1, groups: 1 });
    splits.move(project, of('P4-twin'), 'train');
    expect(findLeaks(project.store)).toEqual({ patients: 0, duplicates: 0, groups: 0 });
  });

  it('keep a person’s verdict on a group, and undo it', async () => {
    await importWithTwins();
    const [near, exact] = duplicates.groups(project);
    expect(duplicates.judge(project, near?.images.slice(0, 1) ?? [], 'keep')).toEqual({ changed: 2 });
    expect(shown().map((group) => group.kept)).toEqual([true, false]);
    expect(duplicates.judge(project, near?.images ?? [], 'keep')).toEqual({ changed: 0 });
    expect(duplicates.judge(project, exact?.images ?? [], 'different')).toEqual({ changed: 2 });
    expect(shown().map((group) => group.kind)).toEqual(['near']);
    // Another search does not bring back pairs judged different.
    await duplicates.search(project);
    await importAll([join(root, 'images')]);
    expect(shown().map((group) => group.kind)).toEqual(['near']);
    expect(labels.undo(project).description).toBe('verdict “different” on 2 images');
    expect(shown().map((group) => group.kind)).toEqual(['near', 'exact']);
    labels.undo(project);
    expect(shown().map((group) => group.kept)).toEqual([false, false]);
  });

  it('lose a conflict by a label and a group by a removal, but not links through the removed image', async () => {
    await importWithTwins();
    const find = (path: string) => dataset.ids(project, { text: path }, 'path');
    labels.label(project, find('benign/other'), 'malignant');
    expect(shown().some((group) => group.conflict)).toBe(false);
    labels.remove(project, find('benign/other'));
    expect(shown().map((group) => group.kind)).toEqual(['near']);
    labels.undo(project);
    expect(shown()).toHaveLength(2);

    // The same pixels as the picture that a third one looks like: found through it, also when it is gone.
    await put('benign/0 again.png', blobs(0));
    const again = sharp(blobs(0), { raw: { width: SIDE, height: SIDE, channels: 1 } });
    writeFileSync(join(root, 'images/benign/0 again.png'), await again.png({ compressionLevel: 0 }).toBuffer());
    await importAll([join(root, 'images')]);
    labels.remove(project, find('benign/0.png'));
    expect(shown().find((group) => group.kind === 'near')?.paths).toEqual(['benign/0 again.png', 'benign/0 copy.jpg']);
  });

  it('block training while they cross splits', async () => {
    await importWithTwins();
    splits.split(project, {});
    const check = async () => {
      const config = { backbone: 'none' };
      const resolve = () => {
        throw new FoveaError('backbone_unknown', 'There is none.');
      };
      const engine = { request: () => ({ result: Promise.reject(), cancel: () => {} }) } as never;
      const prepared = await prepareRun({ dataset, backbones: { resolve }, engine }, project, config);
      return prepared.preview.problems.filter((one) => one.includes('duplicate images'));
    };
    expect(await check()).toEqual([]);
    const [near] = duplicates.groups(project);
    splits.move(project, near?.images.slice(0, 1) ?? [], 'train');
    splits.move(project, near?.images.slice(1) ?? [], 'test');
    expect(await check()).toEqual([
      expect.stringContaining('1 group of duplicate images appears in more than one split'),
    ]);
    duplicates.judge(project, near?.images ?? [], 'different');
    expect(await check()).toEqual([]);
  });

  it('are not found in the sample project', async () => {
    for (const { path, bytes } of sampleDataset(42, { patients: 30 })) {
      const file = join(root, 'images', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    await importAll([join(root, 'images')]);
    expect(dataset.summary(project)).toMatchObject({ images: 120, patients: 30 });
    // Views of one patient may look alike; those of two do not.
    for (const { images } of duplicates.groups(project)) {
      expect(new Set(dataset.images(project, images).map((image) => image.patient)).size).toBe(1);
    }
  });

  it('do not include what most images of a class look like', async () => {
    for (let i = 0; i < 10; i++) {
      await put(`one/${i}.png`, blobs(1, 1, i));
      await put(`other/${i}.png`, blobs(50 + i));
    }
    await importAll([join(root, 'images')]);
    expect(duplicates.groups(project)).toMatchObject([{ common: true, conflict: false, leak: false }]);
    const summary = splits.split(project, {});
    expect(summary).toMatchObject({ groupsAcrossSplits: 0, counts: { train: { one: 6 }, test: { one: 2 } } });
    expect(summary.warnings.join()).toContain('10 images look alike because their class looks like this');
    expect(dataset.summary(project).duplicates.groups).toBe(0);
  });

  it('are described from the cache in an older project, and later for rasters that were missing', async () => {
    await importWithTwins();
    const before = shown();
    project.store.run('DELETE FROM duplicate_pairs');
    project.store.run('DELETE FROM pictures');
    expect(shown()).toEqual([]);
    rmSync(join(project.folder, 'cache'), { recursive: true });
    await duplicates.search(project);
    expect(shown()).toEqual([]);
    await importAll([join(root, 'images')]);
    expect(shown()).toEqual(before);
  });

  it('measure images at import, and those of an older project in the next search', async () => {
    await importWithTwins();
    const before = pictureMeasures(project.store);
    expect(before).toHaveLength(22);
    for (const { kind, modality, width, measures } of before) {
      expect({ modality, width }).toEqual({ modality: null, width: SIDE });
      expect(['png', 'jpeg']).toContain(kind);
      expect(measures.deviation).toBeGreaterThan(5);
    }
    const verdicts = shown();
    project.store.run('UPDATE pictures SET measures = NULL WHERE image_id % 2 = 0');
    project.store.run('UPDATE pictures SET measures = ? WHERE image_id % 4 = 1', Uint8Array.of(0, 1, 2));
    expect(pictureMeasures(project.store).length).toBeLessThan(10);
    await duplicates.search(project);
    expect(pictureMeasures(project.store)).toEqual(before);
    expect(shown()).toEqual(verdicts);
    project.store.run('UPDATE images SET removed_at = added_at WHERE id = ?', before[0]?.image ?? 0);
    expect(pictureMeasures(project.store)).toEqual(before.slice(1));
  });
});

const data = resolve(import.meta.dirname, '../../../../../shared/data');
const busi = join(data, 'busi');

describe.skipIf(!existsSync(busi))('duplicates of BUSI (needs ../shared/data)', () => {
  it('finds pairs with recall 0.8 and precision 0.6 or better, and splits without separating them', async () => {
    await importAll([busi]);
    const paths = new Map(
      dataset.ids(project, {}, 'path').flatMap((id) => dataset.images(project, [id]).map((one) => [id, one.path])),
    );
    const found = pairsOf(duplicates.groups(project).map(({ images }) => images.map((id) => paths.get(id) ?? '')));
    const sheet = new Map<string, string[]>();
    for (const line of readFileSync(join(data, 'busi-groups.csv'), 'utf8').trim().split('\n').slice(1)) {
      const [path = '', , group = ''] = line.trim().split(',');
      sheet.set(group, [...(sheet.get(group) ?? []), path]);
    }
    const expected = pairsOf([...sheet.values()]);
    const right = [...found].filter((pair) => expected.has(pair)).length;
    const { duplicates: counts } = dataset.summary(project);
    // biome-ignore lint/suspicious/noConsole: the numbers are what a reader wants to know
    console.log(
      `BUSI: ${counts.groups} groups of ${counts.images} images, ${counts.conflicts} with different labels; ` +
        `pairs: recall ${(right / expected.size).toFixed(3)}, precision ${(right / found.size).toFixed(3)}`,
    );
    expect(right / expected.size).toBeGreaterThan(0.9);
    expect(right / found.size).toBeGreaterThan(0.85);

    const grouped = splits.split(project, {});
    expect(grouped.groupsAcrossSplits).toBe(0);
    expect(grouped.deviation).toBeLessThanOrEqual(1);
    const plain = splits.split(project, { group: 'none', keepDuplicatesTogether: false });
    expect(plain.duplicatesAcrossSplits).toBeGreaterThan(20);
    expect(plain.patientsAcrossSplits).toBe(0);
  }, 120_000);
});

function pairsOf(groups: readonly (readonly string[])[]): Set<string> {
  const pairs = new Set<string>();
  for (const group of groups) {
    const sorted = [...group].sort();
    for (const [index, one] of sorted.entries()) {
      for (const other of sorted.slice(index + 1)) pairs.add(`${one}\n${other}`);
    }
  }
  return pairs;
}
