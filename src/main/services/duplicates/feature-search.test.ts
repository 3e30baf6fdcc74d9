import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultPipeline, featuresKey, pipelineHash, recordHash } from '#shared/imaging/pipeline';
import { createRandom } from '#shared/imaging/random';
import { runRecordSchema } from '#shared/models/run';
import { runConfigSchema } from '#shared/models/run-config';
import { bytesOf, openFeatureRows } from '../../engine-host/features/feature-rows';
import type { RasterPlace } from '../../packs/place';
import { addPicture, duplicatePairs, storeComparisons } from '../../store/duplicates';
import { addImage, setRemoved } from '../../store/images';
import { startImport } from '../../store/imports';
import { sourceNumber } from '../../store/sources';
import { createEvents } from '../core/events';
import { cacheFolder, rasterName, rasterPath, runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject, type TestProject } from '../test-support/project';
import { countDuplicates, duplicateGroups, keptTogether } from './duplicate-groups';
import { createDuplicates } from './duplicates';
import { featureOutliers, searchByFeatures } from './feature-search';

const neverDescribed = () => Promise.reject(new Error('nothing is described here'));
const nothingSeen = { descriptor: new Uint8Array(), measures: new Uint8Array() };

let opened: TestProject;
let project: OpenProject;

beforeEach(async () => {
  opened = await openTestProject();
  ({ project } = opened);
  asked = 0;
});
afterEach(() => {
  opened.close();
});

const WIDTH = 24;
const hashOf = (index: number): string => index.toString(16).padStart(64, '0');

function addImages(count: number): number[] {
  const { store } = project;
  return store.transaction(() => {
    const importId = startImport(store);
    const sourceId = sourceNumber(store, '/pictures');
    return Array.from({ length: count }, (_, index) => {
      const raster = rasterPath(project.folder, hashOf(index));
      mkdirSync(dirname(raster), { recursive: true });
      writeFileSync(raster, '');
      const file = { hash: hashOf(index), sourceId, path: `${index}.png`, fileBytes: 1, kind: 'png' as const };
      const size = { width: 64, height: 64, frames: 1, colour: false, modality: null, bitsStored: 8 };
      const more = { photometricInterpretation: null, transferSyntax: null, window: null, range: { min: 0, max: 255 } };
      const of = { sex: null, age: null, manufacturer: null, model: null, flags: [], patientId: null, studyId: null };
      return addImage(store, { ...file, ...size, ...more, ...of, givenSplit: null, importId }).id;
    });
  });
}

const pipeline = defaultPipeline(224);

/** A run's record, and what it cached: 'imported' weights are named by their files, random ones by their seed. */
async function addRun(
  id: string,
  createdAt: string,
  backbone: string,
  weights: 'imported' | 'random',
  rows: number[][],
): Promise<void> {
  const folder = runFolder(project.folder, id);
  mkdirSync(folder, { recursive: true });
  const hashes = { dataset: 'd', split: 's', backbone, pipeline: pipelineHash(pipeline) };
  const config = runConfigSchema.parse({ backbone, preset: 'quick' });
  const record = { id, createdAt, version: '0.1.0', config, classes: ['a', 'b'], pipeline, hashes };
  const counts = { train: 1, validation: 1, test: 0 };
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify(runRecordSchema.parse({ ...record, counts, parameters: 1, trainableParameters: 1, notes: [] })),
  );
  const named = weights === 'imported' ? backbone : recordHash({ architecture: backbone, seed: 1 });
  const cache = openFeatureRows(cacheFolder(project.folder), featuresKey(named, hashes.pipeline), WIDTH);
  const stored = rows.map((row, index) => {
    return [rasterName(hashOf(index)), bytesOf(Float32Array.from(row))] as const;
  });
  await cache.append(stored);
  cache.close();
}

/** Unlike features, but for row 5, which is nearly row 2, and row 9, which is like none (with 60 rows). */
function features(count: number): number[][] {
  const random = createRandom(4, 2);
  const centre = Array.from({ length: WIDTH }, () => random.next() - 0.5);
  const rows = Array.from({ length: count }, () => centre.map((value) => 5 + value * 6 + 4 * (random.next() - 0.5)));
  // Three kinds of pictures, so that others have near ones.
  for (const [index, row] of rows.entries()) for (let i = index % 3; i < WIDTH; i += 3) row[i] = (row[i] ?? 0) + 3;
  rows[5] = (rows[2] ?? []).map((value) => value + 0.001);
  rows[9] = Array.from({ length: WIDTH }, (_, i) => (i % 2 === 0 ? 9 : 1));
  return rows;
}

/** Pictures 2 and 5 show the same, mirrored; all others differ. Counts what it is asked. */
let asked: number;
const pool = {
  align: async ({ first, second }: { readonly first: RasterPlace; readonly second: RasterPlace }) => {
    asked += 1;
    const names = [first, second].map(({ name }) => Number.parseInt(name.slice(0, 64), 16));
    const same = [2, 5].every((one) => names.includes(one));
    return { similarity: same ? 0.93 : 0.4, mirrored: same, turned: 0, overlap: 1 };
  },
};

describe('search by features', () => {
  it('stores pairs confirmed on pixels as open questions without effect, and lists outliers', async () => {
    const ids = addImages(60);
    await addRun('r1', '2026-01-01T00:00:00.000Z', 'imported-hash', 'imported', features(60));
    expect(await searchByFeatures(project, pool)).toBe(true);
    expect(asked).toBeGreaterThan(0);
    expect(duplicatePairs(project.store)).toMatchObject([
      { first: ids[2], second: ids[5], similarity: 0.93, byFeatures: true, alignment: 'mirrored', verdict: null },
    ]);
    const groups = duplicateGroups(project.store);
    expect(groups).toMatchObject([
      { images: [ids[2], ids[5]], kind: 'near', suspected: true, alignment: 'mirrored', kept: false },
    ]);
    expect(keptTogether(groups)).toEqual([]);
    expect(countDuplicates(groups)).toMatchObject({ groups: 0, leaks: 0, conflicts: 0, suspected: 1 });
    expect(featureOutliers(project.store).map(({ image }) => image)).toEqual([ids[9]]);
  });

  it('blocks training once a person has confirmed a pair, and extends groups found by thumbnails', async () => {
    const ids = addImages(60);
    const [second, fifth, eighth] = [ids[2] ?? 0, ids[5] ?? 0, ids[8] ?? 0];
    storeComparisons(project.store, [{ a: second, b: eighth, similarity: 0.97, exact: false }], []);
    await addRun('r1', '2026-01-01T00:00:00.000Z', 'imported-hash', 'imported', features(60));
    await searchByFeatures(project, pool);
    expect(duplicateGroups(project.store).map(({ images, suspected }) => [images, suspected])).toEqual([
      [[second, eighth], false],
      [[second, fifth], true],
    ]);
    const duplicates = createDuplicates({
      events: createEvents(),
      pool: { ...pool, describe: neverDescribed },
      background: inThisThread(),
    });
    duplicates.judge(project, [second, fifth], 'keep');
    expect(duplicateGroups(project.store)).toMatchObject([
      { images: [second, fifth, eighth], suspected: false, byFeatures: true, kept: false },
    ]);
  });

  it('never brings back a dismissed pair, even for other files with the same pixels or other weights', async () => {
    const ids = addImages(60);
    for (const [index, id] of ids.entries()) {
      // Image 50 has the pixels of image 5.
      addPicture(project.store, id, { ...nothingSeen, content: `content ${index === 50 ? 5 : index}` });
    }
    await addRun('r1', '2026-01-01T00:00:00.000Z', 'imported-hash', 'imported', features(60));
    await searchByFeatures(project, pool);
    const duplicates = createDuplicates({
      events: createEvents(),
      pool: { ...pool, describe: neverDescribed },
      background: inThisThread(),
    });
    duplicates.judge(project, [ids[2] ?? 0, ids[5] ?? 0], 'different');
    expect(duplicateGroups(project.store)).toEqual([]);
    const rows = features(60);
    rows[50] = rows[5] ?? [];
    setRemoved(project.store, [ids[5] ?? 0], true);
    await addRun('r2', '2026-01-02T00:00:00.000Z', 'other-hash', 'imported', rows);
    const same = { ...pool, align: async () => ({ similarity: 0.9, mirrored: false, turned: 0, overlap: 1 }) };
    await searchByFeatures(project, same);
    const pairs = duplicatePairs(project.store).map(({ first, second }) => [first, second]);
    expect(pairs).not.toContainEqual([ids[2], ids[5]]);
    expect(pairs).not.toContainEqual([ids[2], ids[50]]);
  });

  it('leaves thumbnail groups unchanged, and compares the same images only once', async () => {
    const ids = addImages(60);
    const pair = [ids[2] ?? 0, ids[5] ?? 0] as const;
    storeComparisons(project.store, [{ a: pair[0], b: pair[1], similarity: 0.97, exact: false }], []);
    await addRun('r1', '2026-01-01T00:00:00.000Z', 'imported-hash', 'imported', features(60));
    await searchByFeatures(project, pool);
    expect(duplicatePairs(project.store)).toMatchObject([{ similarity: 0.97, byFeatures: false }]);
    project.store.run('DELETE FROM duplicate_pairs');
    expect(await searchByFeatures(project, pool)).toBe(false);
    expect(duplicatePairs(project.store)).toEqual([]);
    // Other images: compared again.
    setRemoved(project.store, [ids[40] ?? 0], true);
    await searchByFeatures(project, pool);
    expect(duplicatePairs(project.store)).toHaveLength(1);
  });

  it('ignores random weights, unreadable pixels and features that are not finite', async () => {
    addImages(60);
    await searchByFeatures(project, pool);
    await addRun('r1', '2026-01-01T00:00:00.000Z', 'vit-micro-hash', 'random', features(60));
    await searchByFeatures(project, pool);
    expect(asked).toBe(0);
    // A network to which all are alike in pairs: it proposes, and the pixels decline.
    const alike = features(60).map((_, index, all) => all[index - (index % 2)] ?? []);
    await addRun('r2', '2026-01-02T00:00:00.000Z', 'collapsed-hash', 'imported', alike);
    await searchByFeatures(project, pool);
    expect(asked).toBeGreaterThan(20);
    expect(duplicatePairs(project.store)).toEqual([]);
    const damaged = features(60);
    damaged[5] = damaged[7] = new Array<number>(WIDTH).fill(Number.NaN);
    await addRun('r3', '2026-01-03T00:00:00.000Z', 'damaged-hash', 'imported', damaged);
    await searchByFeatures(project, { align: () => Promise.reject(new Error('no raster')) });
    expect(duplicatePairs(project.store)).toEqual([]);
    expect(featureOutliers(project.store)).toHaveLength(1);
  });
});
