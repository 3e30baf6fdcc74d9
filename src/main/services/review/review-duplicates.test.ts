import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blobs as drawn } from '#shared/duplicates/test-pictures';
import { createRandom } from '#shared/imaging/random';
import { importOptionsSchema } from '#shared/models/dataset';
import { runConfigSchema } from '#shared/models/run-config';
import type { DecodePool } from '../../decode-host/client';
import { decodeJobs } from '../../decode-host/jobs';
import { sharedData } from '../../ingest/test-support/shared-data';
import { openLabelClaims } from '../../store/label-claims';
import { createDataset, type Dataset } from '../dataset/dataset';
import { duplicateGroups, findLeaks } from '../duplicates/duplicate-groups';
import { createDuplicates, type Duplicates } from '../duplicates/duplicates';
import { knownLeaks, placedImages } from '../duplicates/known-leaks';
import { createImports, type Imports } from '../imports/imports';
import { createLabels, type Labels } from '../labels/labels';
import type { OpenProject } from '../project/projects';
import { runWarnings } from '../runs/run-checks';
import { createSplits, type Splits } from '../splits/splits';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject, type TestProject } from '../test-support/project';
import { quietJob } from '../test-support/quiet-job';
import { createReview, type Review } from './review';

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
let review: Review;

beforeEach(async () => {
  opened = await openTestProject();
  ({ root, project } = opened);
  const { events } = opened;
  splits = createSplits();
  labels = createLabels();
  duplicates = createDuplicates({ events, pool, background: inThisThread(() => project) });
  imports = createImports({ events, pool, splits, background: inThisThread(() => project) });
  dataset = createDataset({ splits, pool });
  review = createReview({
    events,
    duplicates,
    experiments: { list: async () => [], pooled: async () => null, cases: async () => [] },
    runs: { list: async () => [] },
    onFailure: () => {},
    background: inThisThread(() => project),
  });
});
afterEach(() => {
  opened.close();
});

async function importAll(...paths: string[]) {
  const plan = await imports.scan(project, paths);
  const handle = quietJob();
  const result = await imports.run(project, plan.id, importOptionsSchema.parse({}), null, handle);
  await duplicates.search(project);
  return result;
}

const [WIDTH, HEIGHT] = [160, 120];

/** Blobs at random places: two seeds look nothing alike. */
function blobs(seed: number): Buffer {
  const random = createRandom(6, seed);
  const spots = Array.from({ length: 40 }, () => ({
    x: random.integer(WIDTH),
    y: random.integer(HEIGHT),
    size: 4 + random.integer(12),
    height: random.integer(160) - 80,
  }));
  return Buffer.from(
    Array.from({ length: WIDTH * HEIGHT }, (_, index) => {
      const value = spots.reduce((sum, { x, y, size, height }) => {
        const squares = ((index % WIDTH) - x) ** 2 + (Math.floor(index / WIDTH) - y) ** 2;
        return sum + height * Math.exp(-squares / (2 * size ** 2));
      }, 128);
      return Math.max(0, Math.min(255, Math.round(value)));
    }),
  );
}

const picture = (seed: number) => sharp(blobs(seed), { raw: { width: WIDTH, height: HEIGHT, channels: 1 } });
const plain = (seed: number) => picture(seed).png().toBuffer();

function put(path: string, bytes: Buffer, folder = 'images'): void {
  const file = join(root, folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

const images = (): string => join(root, 'images');
const found = async (reason: string) =>
  (await review.list(project, { includeSettled: true })).findings
    .filter((one) => one.reason === reason)
    .map(({ path, why, state, label, suggestion }) => ({ path, why, state, label, suggestion }))
    .sort((a, b) => a.path.localeCompare(b.path));
const idOf = (path: string): number => dataset.ids(project, { text: path }, 'path')[0] ?? 0;

describe('one file with two labels', () => {
  for (const [first, second] of [
    ['benign', 'malignant'],
    ['malignant', 'benign'],
  ] as const) {
    it(`is an open conflict that names both files, with ${first} first`, async () => {
      put(`${first}/1.png`, await plain(1), 'one');
      put(`${second}/2.png`, await plain(1), 'two');
      await importAll(join(root, 'one'));
      const { warnings } = await importAll(join(root, 'two'));
      const pair = `“${first}/1.png” (${first}) and “${second}/2.png” (${second})`;
      expect(warnings.join()).toContain(`1 file with the same content as an image with a different label: ${pair}.`);
      expect(warnings.join()).toContain('until you resolve the conflict in Review');
      expect(await found('label-conflict')).toEqual([
        {
          path: `${first}/1.png`,
          why: `“${first}/1.png” is labelled “${first}”, but the same file “${second}/2.png” is labelled “${second}”.`,
          state: 'open',
          label: first,
          suggestion: null,
        },
      ]);
    });
  }

  it('blocks training until a label, a verdict or a consistent import resolves it', async () => {
    put('benign/1.png', await plain(1));
    put('malignant/2.png', await plain(1));
    for (let seed = 3; seed < 9; seed++) put(`${seed % 2 ? 'benign' : 'malignant'}/${seed}.png`, await plain(seed));
    await importAll(images());
    const [claim] = openLabelClaims(project.store);
    const gate = runWarnings({
      config: runConfigSchema.parse({ backbone: 'b' }),
      classes: ['benign', 'malignant'],
      samples: [],
      hasSplit: true,
      patientsAcrossSplits: 0,
      duplicatesAcrossSplits: 0,
      labelClaims: openLabelClaims(project.store),
      signOff: null,
      estimate: null,
      estimateProblem: null,
      machineMemoryMB: 1,
    });
    expect(gate[0]).toBe(
      `“${claim?.imagePath}” and “${claim?.path}” are the same file with different labels, so one of the labels is wrong. Resolve this in Data, Review.`,
    );
    const image = claim?.image ?? 0;
    // A verdict: accepted.
    await review.judge(project, [{ image, reason: 'label-conflict' }], { kind: 'accept' });
    expect((await found('label-conflict')).map(({ state }) => state)).toEqual(['accepted']);
    labels.undo(project);
    // The other label, by a person.
    const other = (await found('label-conflict'))[0]?.label === 'benign' ? 'malignant' : 'benign';
    await review.judge(project, [{ image, reason: 'label-conflict' }], { kind: 'relabel', label: other });
    expect(openLabelClaims(project.store)).toEqual([]);
    labels.undo(project);
    expect(openLabelClaims(project.store)).toHaveLength(1);
    // Importing the same again asks the same.
    await importAll(images());
    expect(openLabelClaims(project.store)).toHaveLength(1);
  });

  it('is a conflict of duplicates if the bytes differ and the pixels do not', async () => {
    put('benign/1.png', await plain(1));
    put('malignant/2.png', await picture(1).png({ compressionLevel: 0 }).toBuffer());
    await importAll(images());
    expect((await found('label-conflict')).map(({ why }) => why)).toEqual([
      'Labelled “benign”. The same image in “malignant/2.png” is labelled “malignant”.',
      'Labelled “malignant”. The same image in “benign/1.png” is labelled “benign”.',
    ]);
  });
});

describe('mirrored and rotated copies', () => {
  /** Twelve pictures, of which 0, 1 and 2 come again. */
  async function importCopies(): Promise<void> {
    for (let seed = 0; seed < 12; seed++) put(`${seed % 2 ? 'a' : 'b'}/${seed}.png`, await plain(seed));
    put('a/mirrored.jpg', await picture(0).flop().jpeg({ quality: 80 }).toBuffer());
    put('a/turned.png', await picture(1).rotate(90).png().toBuffer());
    put('b/darker.png', await picture(2).flip().linear(0.5, 20).png().toBuffer());
    await importAll(images());
  }

  it('are questions that neither join nor block anything until a person confirms them', async () => {
    await importCopies();
    expect((await found('possible-duplicate')).map(({ path }) => path).sort()).toHaveLength(3);
    expect(duplicateGroups(project.store).every(({ suspected }) => suspected)).toBe(true);
    const alignments = duplicateGroups(project.store).map(({ alignment }) => alignment);
    expect(alignments.filter((one) => one?.includes('mirrored'))).toHaveLength(2);
    splits.split(project, { validation: 0.2, test: 0.2 });
    const [zero, mirrored] = [idOf('b/0.png'), idOf('mirrored')];
    splits.move(project, [zero], 'train');
    splits.move(project, [mirrored], 'test');
    expect(findLeaks(project.store).groups).toBe(0);
    const before = knownLeaks(project.store, placedImages(project.store), 'now');
    expect(before).toMatchObject({ groups: 0, duplicates: 0 });
    expect(before.suspected).toBeGreaterThan(0);

    const [finding] = (await review.list(project)).findings.filter(({ image }) => image === Math.min(zero, mirrored));
    expect(finding?.why).toContain('They are in');
    await review.judge(project, [{ image: finding?.image ?? 0, reason: 'possible-duplicate' }], { kind: 'same' });
    expect(findLeaks(project.store).groups).toBe(1);
    expect(knownLeaks(project.store, placedImages(project.store), 'now')).toMatchObject({
      duplicates: 1,
      suspected: before.suspected - 1,
    });
    expect(labels.undo(project).description).toBe('confirmation of duplicates of 1 image');
    expect(findLeaks(project.store).groups).toBe(0);
    expect(await found('possible-duplicate')).toHaveLength(3);
  });

  it('are searched again in an older project, whose feature pairs were unconfirmed', async () => {
    await importCopies();
    const { store } = project;
    // As version 3 left it: mirrored copies not looked for, and two pairs of other pictures that features showed.
    store.run('DELETE FROM duplicate_pairs');
    store.run("DELETE FROM meta WHERE key = 'duplicates.search'");
    const pair = (a: string, b: string) => [idOf(a), idOf(b)].sort((x, y) => x - y) as [number, number];
    const sql =
      'INSERT INTO duplicate_pairs (first, second, similarity, exact, by_features, verdict) VALUES (?, ?, 0.95, 0, 1, ?)';
    store.run(sql, ...pair('a/3.png', 'a/5.png'), null);
    store.run(sql, ...pair('a/7.png', 'a/9.png'), 'keep');
    await duplicates.search(project);
    expect(duplicateGroups(store).map(({ suspected }) => suspected)).toEqual([false, true, true, true]);
    expect(duplicateGroups(store)[0]?.images).toEqual(pair('a/7.png', 'a/9.png'));
  });

  it('never come back once dismissed', async () => {
    await importCopies();
    for (const { image } of (await review.list(project, { reason: 'possible-duplicate' })).findings) {
      await review.judge(project, [{ image, reason: 'possible-duplicate' }], { kind: 'different' });
    }
    expect(await found('possible-duplicate')).toEqual([]);
    await importAll(images());
    expect(await found('possible-duplicate')).toEqual([]);
    labels.undo(project);
    expect(await found('possible-duplicate')).toHaveLength(1);
  });
});

describe('a dataset of similar images', () => {
  /** The same bright body on black in all, with different contents, as in radiographs of one projection. */
  const radiograph = (seed: number) => {
    const { width, height, data } = drawn(seed, WIDTH, HEIGHT);
    const body = data.map((value, index) => {
      const [x, y] = [index % width, Math.floor(index / width)];
      const far = ((x - 80) / 70) ** 2 + ((y - 60) / 52) ** 2;
      return far > 1 ? 0 : 70 + 130 * (1 - far) + (value - 128) / 8;
    });
    return sharp(body, { raw: { width, height, channels: 1 } });
  };

  it('forms no groups of merely similar images, and finds the copies among them', async () => {
    for (let seed = 0; seed < 26; seed++) {
      put(`${seed % 2 ? 'a' : 'b'}/${seed}.png`, await radiograph(seed).png().toBuffer());
    }
    put('a/copy of 1.jpg', await radiograph(1).jpeg({ quality: 70 }).toBuffer());
    put('b/copy of 2.png', await radiograph(2).linear(0.8, 10).png().toBuffer());
    await importAll(images());
    // Thumbnails alone: nearly every pair is above the limit, and they chain.
    expect(project.store.column('SELECT count(*) FROM duplicate_pairs')[0]).toBeGreaterThan(100);
    const groups = duplicateGroups(project.store).map(({ members, suspected }) => ({
      paths: dataset
        .images(
          project,
          members.map(({ id }) => id),
        )
        .map(({ path }) => path)
        .sort(),
      suspected,
    }));
    expect(
      groups
        .filter(({ suspected }) => !suspected)
        .map(({ paths }) => paths)
        .sort(),
    ).toEqual([
      ['a/1.png', 'a/copy of 1.jpg'],
      ['b/2.png', 'b/copy of 2.png'],
    ]);
    expect(groups.filter(({ suspected }) => suspected)).toEqual([]);
  }, 120_000);
});

const twins = sharedData('reports/same-sop-instance/case');

describe.skipIf(twins.missing)(`a repeated SOP Instance UID${twins.why}`, () => {
  it('keeps both files and asks about each', async () => {
    // By pydicom 3.0.2, only the two img.dcm share a SOP Instance UID (…70431417135); their PixelData differ.
    const { added } = await importAll(twins.path);
    expect(added).toBe(8);
    const findings = await found('repeated-instance');
    expect(findings.map(({ path }) => path)).toEqual(['benign/img.dcm', 'malignant/img.dcm']);
    expect(findings[0]?.why).toBe(
      '“malignant/img.dcm” has the same SOP Instance UID but different pixels, so one of the UIDs is wrong.',
    );
  });
});
