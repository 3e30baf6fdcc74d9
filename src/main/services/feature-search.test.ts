import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultPipeline, featuresKey, pipelineHash, recordHash } from '#shared/imaging/pipeline';
import { createRandom } from '#shared/imaging/random';
import { runRecordSchema } from '#shared/models/run';
import { runConfigSchema } from '#shared/models/run-config';
import { duplicatePairs, setVerdict, storeComparisons } from '../store/duplicates';
import { addImage, setRemoved } from '../store/images';
import { startImport } from '../store/imports';
import { sourceNumber } from '../store/sources';
import { duplicateGroups } from './duplicate-groups';
import { createEvents } from './events';
import { featureOutliers, searchByFeatures } from './feature-search';
import { featuresFolder, rasterPath, runFolder } from './project-paths';
import { createProjects, type OpenProject, type Projects } from './projects';

let root: string;
let projects: Projects;
let project: OpenProject;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'fovea-features-'));
  projects = createProjects({ userDataFolder: join(root, 'user'), events: createEvents() });
  project = await projects.create(join(root, 'project'));
});
afterEach(() => {
  projects.closeAll();
  rmSync(root, { recursive: true, force: true });
});

const WIDTH = 24;
const hashOf = (index: number): string => index.toString(16).padStart(64, '0');

function addImages(count: number): number[] {
  const { store } = project;
  return store.transaction(() => {
    const importId = startImport(store);
    const sourceId = sourceNumber(store, '/pictures');
    return Array.from({ length: count }, (_, index) => {
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
function addRun(
  id: string,
  createdAt: string,
  backbone: string,
  weights: 'imported' | 'random',
  rows: number[][],
): void {
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
  const cache = join(featuresFolder(project.folder), featuresKey(named, hashes.pipeline));
  mkdirSync(cache, { recursive: true });
  for (const [index, row] of rows.entries()) {
    const name = `${basename(rasterPath(project.folder, hashOf(index)))}.f32`;
    writeFileSync(join(cache, name), new Uint8Array(Float32Array.from(row).buffer));
  }
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

describe('search by features', () => {
  it('stores pairs that thumbnails do not show, says how they were found, and lists outliers', async () => {
    const ids = addImages(60);
    addRun('r1', '2026-01-01T00:00:00.000Z', 'imported-hash', 'imported', features(60));
    await searchByFeatures(project, {});
    expect(duplicatePairs(project.store)).toMatchObject([
      { first: ids[2], second: ids[5], exact: false, byFeatures: true, verdict: null },
    ]);
    expect(duplicateGroups(project.store)).toMatchObject([
      { images: [ids[2], ids[5]], kind: 'near', byFeatures: true, kept: false },
    ]);
    expect(featureOutliers(project.store).map(({ image }) => image)).toEqual([ids[9]]);
  });

  it('leaves what thumbnails found and what a person said as it is, and compares the same only once', async () => {
    const ids = addImages(60);
    const pair = [ids[2] ?? 0, ids[5] ?? 0] as const;
    storeComparisons(project.store, [{ a: pair[0], b: pair[1], similarity: 0.97, exact: false }], []);
    addRun('r1', '2026-01-01T00:00:00.000Z', 'imported-hash', 'imported', features(60));
    await searchByFeatures(project, {});
    expect(duplicatePairs(project.store)).toMatchObject([{ similarity: 0.97, byFeatures: false }]);
    project.store.run('DELETE FROM duplicate_pairs');
    await searchByFeatures(project, {});
    expect(duplicatePairs(project.store)).toEqual([]);
    // Other images: compared again.
    setRemoved(project.store, [ids[40] ?? 0], true);
    await searchByFeatures(project, {});
    expect(duplicatePairs(project.store)).toHaveLength(1);
    setVerdict(project.store, pair, 'different');
    setRemoved(project.store, [ids[40] ?? 0], false);
    await searchByFeatures(project, {});
    expect(duplicatePairs(project.store)).toEqual([]);
  });

  it('does not trust random weights, weights to which much is alike, or files that are not whole', async () => {
    addImages(60);
    await searchByFeatures(project, {});
    addRun('r1', '2026-01-01T00:00:00.000Z', 'vit-micro-hash', 'random', features(60));
    await searchByFeatures(project, {});
    expect(duplicatePairs(project.store)).toEqual([]);
    // Each twice.
    const alike = features(60);
    for (let index = 0; index < 60; index += 2) alike[index + 1] = alike[index] ?? [];
    addRun('r2', '2026-01-02T00:00:00.000Z', 'collapsed-hash', 'imported', alike);
    await searchByFeatures(project, {});
    expect(duplicatePairs(project.store)).toEqual([]);
    const damaged = features(60);
    damaged[5] = [1, 2];
    damaged[7] = [Number.NaN];
    addRun('r3', '2026-01-03T00:00:00.000Z', 'damaged-hash', 'imported', damaged);
    await searchByFeatures(project, {});
    expect(duplicatePairs(project.store)).toEqual([]);
    expect(featureOutliers(project.store)).toHaveLength(1);
  });
});
