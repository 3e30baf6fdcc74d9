import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import {
  compareFeatures,
  type FeatureFindings,
  type FeatureOutlier,
  type FeatureRows,
} from '#shared/duplicates/feature-neighbours';
import { featuresKey } from '#shared/imaging/pipeline';
import type { RunRecord } from '#shared/models/run';
import { duplicatePairs, storeComparisons } from '../store/duplicates';
import { getMeta, setMeta } from '../store/meta';
import type { ProjectStore } from '../store/open';
import type { SearchOptions } from './duplicate-search';
import { featuresFolder, rasterKey, rasterPaths, runFolder, runsFolder } from './project-paths';
import type { OpenProject } from './projects';
import { readRunRecord, runFolderIds } from './run-files';

/** Fewer say too little; the time of more grows with their square. */
const LEAST_IMAGES = 20;
const MOST_IMAGES = 10_000;
/** A backbone to which more of the images than this look like one that the pictures do not show cannot tell them apart. */
const MOST_PAIRED = 0.2;
const SLICE_MS = 12;

const DONE = 'features.compared';
const OUTLIERS = 'features.outliers';

const outliersSchema = z.array(z.object({ image: z.number().int(), similarity: z.number(), far: z.number() }));

/** Images that are like no others to a backbone, as the last search found them. */
export function featureOutliers(store: ProjectStore): FeatureOutlier[] {
  const text = getMeta(store, OUTLIERS);
  return text === null ? [] : outliersSchema.parse(JSON.parse(text));
}

/**
 * Compares images by the features that a run has cached, and stores the pairs that their thumbnails do not show, and
 * the outliers. Only features of imported weights count: what random weights make of images means nothing, and their
 * caches are named by their seed, so that no run's record leads to them. Nothing happens where there are none, or where the
 * same were compared before.
 */
export async function searchByFeatures(project: OpenProject, { signal, onProgress }: SearchOptions): Promise<void> {
  const { store } = project;
  const cached = await cachedFeatures(project);
  if (cached === null || getMeta(store, DONE) === cached.state) return;
  const { rows, files } = await readRows(cached);
  const work = compareFeatures(rows, (a, b) => files[a] !== files[b]);
  let sliceStart = performance.now();
  let done = 0;
  let step = work.next();
  for (; step.done !== true; step = work.next()) {
    done += 1;
    if (performance.now() - sliceStart < SLICE_MS) continue;
    await setImmediate();
    signal?.throwIfAborted();
    onProgress?.('comparing features', done, rows.images.length);
    sliceStart = performance.now();
  }
  storeFindings(store, step.value, rows.images.length, cached.state);
}

function storeFindings(store: ProjectStore, { pairs, outliers }: FeatureFindings, images: number, state: string): void {
  const known = new Set(duplicatePairs(store).map(({ first, second }) => `${first} ${second}`));
  const found = pairs.filter(({ a, b }) => !known.has(`${Math.min(a, b)} ${Math.max(a, b)}`));
  const paired = new Set(found.flatMap(({ a, b }) => [a, b])).size;
  const kept = paired > MOST_PAIRED * images ? [] : found;
  store.transaction(() => {
    storeComparisons(
      store,
      kept.map((pair) => ({ ...pair, exact: false, byFeatures: true })),
      [],
    );
    setMeta(store, OUTLIERS, JSON.stringify(outliers));
    setMeta(store, DONE, state);
  });
}

interface CachedFeatures {
  readonly images: readonly { readonly image: number; readonly file: string; readonly path: string }[];
  /** Names these features of these images. */
  readonly state: string;
}

/** Features of the newest run that has enough of them. */
async function cachedFeatures(project: OpenProject): Promise<CachedFeatures | null> {
  const folders = new Set(await namesIn(featuresFolder(project.folder)));
  if (folders.size === 0) return null;
  const images = project.store.all<{ id: number; hash: string; frame: number }>(
    'SELECT id, hash, frame FROM images WHERE removed_at IS NULL ORDER BY id',
  );
  for (const { hashes, pipeline } of await newestRecords(project)) {
    const key = featuresKey(hashes.backbone, hashes.pipeline);
    if (!folders.delete(key)) continue;
    const folder = join(featuresFolder(project.folder), key);
    const present = new Set(await namesIn(folder));
    const raster = rasterPaths(project.folder, rasterKey(pipeline));
    const covered = images.flatMap(({ id, hash, frame }) => {
      const name = `${basename(raster(hash, frame))}.f32`;
      return present.has(name) ? [{ image: id, file: hash, path: join(folder, name) }] : [];
    });
    if (covered.length < LEAST_IMAGES || covered.length > MOST_IMAGES) continue;
    return { images: covered, state: `${key} ${covered.length} ${covered.at(-1)?.image}` };
  }
  return null;
}

async function newestRecords(project: OpenProject): Promise<RunRecord[]> {
  const ids = await runFolderIds(runsFolder(project.folder));
  // A damaged record is its run's concern.
  const records = await Promise.all(ids.map((id) => readRunRecord(runFolder(project.folder, id)).catch(() => null)));
  return records.filter((record) => record !== null).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** Rows of whole files of one width; others are left out. */
async function readRows({ images }: CachedFeatures): Promise<{ rows: FeatureRows; files: string[] }> {
  const read: { image: number; file: string; values: Float32Array }[] = [];
  for (const { image, file, path } of images) {
    const bytes = await readFile(path).catch(() => null);
    if (bytes === null || bytes.length === 0 || bytes.length % 4 !== 0) continue;
    const values = new Float32Array(new Uint8Array(bytes).buffer);
    if (values.every(Number.isFinite)) read.push({ image, file, values });
  }
  const width = read[0]?.values.length ?? 0;
  const whole = read.filter(({ values }) => values.length === width);
  const rows = { images: whole.map(({ image }) => image), width, values: new Float32Array(whole.length * width) };
  for (const [row, { values }] of whole.entries()) rows.values.set(values, row * width);
  return { rows, files: whole.map(({ file }) => file) };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
