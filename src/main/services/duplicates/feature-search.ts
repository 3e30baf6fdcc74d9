import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import { connectedGroups } from '#shared/duplicates/connected-groups';
import { compareFeatures, type FeatureOutlier, type FeatureRows } from '#shared/duplicates/feature-neighbours';
import { featuresKey } from '#shared/imaging/pipeline';
import type { RunRecord } from '#shared/models/run';
import type { DecodePool } from '../../decode-host/client';
import { openFeatureRows, readFeatures } from '../../engine-host/features/feature-rows';
import type { RowFiles } from '../../engine-host/features/row-files';
import { Slice } from '../../ingest/slice';
import { dismissedPairs, duplicatePairs, storeComparisons } from '../../store/duplicates';
import { getMeta, setMeta } from '../../store/meta';
import type { ProjectStore } from '../../store/open';
import { cacheFolder, featuresFolder, rasterKey, rasterName, runFolder, runsFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readRunRecord, runFolderIds } from '../run-records/run-files';
import { confirmPairs, samePictureLimit } from './align-pairs';
import type { SearchOptions } from './search-options';

/** Fewer images are too few to judge by; the time grows with the square of their number. */
const MIN_IMAGES = 20;
const MAX_IMAGES = 10_000;
/** Candidates whose pixels are compared at most, the clearest first: each takes about half a second on one core. */
const MAX_CANDIDATES = 1_000;

const DONE = 'features.compared';
const OUTLIERS = 'features.outliers';

const outliersSchema = z.array(z.object({ image: z.number().int(), similarity: z.number(), far: z.number() }));

/** Images whose features are unlike all others, as of the last search. */
export function featureOutliers(store: ProjectStore): FeatureOutlier[] {
  const text = getMeta(store, OUTLIERS);
  return text === null ? [] : outliersSchema.parse(JSON.parse(text));
}

/**
 * Compares images by the features that a run has cached, aligns the rasters of the candidates, and stores the outliers
 * and, for a person to confirm, the pairs that show the same picture. Only features of imported weights are used:
 * caches of random weights are named by their seed, so no run's record leads to them. Returns false, without searching,
 * where no features are cached or the same ones were compared before.
 */
export async function searchByFeatures(
  project: OpenProject,
  pool: Pick<DecodePool, 'align'>,
  options: SearchOptions = {},
): Promise<boolean> {
  const { store } = project;
  const { signal, onProgress } = options;
  const cached = await cachedFeatures(project);
  if (cached === null) return false;
  if (getMeta(store, DONE) === cached.state) {
    cached.rows.close();
    return false;
  }
  const { rows, files } = readRows(cached);
  const work = compareFeatures(rows, knownGroups(store, rows.images, files));
  const slice = new Slice();
  let done = 0;
  let step = work.next();
  for (; step.done !== true; step = work.next()) {
    done += 1;
    if (!slice.isOver) continue;
    await slice.next();
    signal?.throwIfAborted();
    onProgress?.('comparing-features', done, rows.images.length);
  }
  const { candidates, kin, outliers } = step.value;
  const isDismissed = dismissals(store);
  const open = candidates.filter(({ a, b }) => !isDismissed(a, b)).slice(0, MAX_CANDIDATES);
  const limit = open.length === 0 ? 1 : await samePictureLimit(project, pool, kin, false, options);
  const pairs = await confirmPairs(project, pool, open, limit, options);
  store.transaction(() => {
    storeComparisons(store, pairs, []);
    setMeta(store, OUTLIERS, JSON.stringify(outliers));
    setMeta(store, DONE, cached.state);
  });
  return true;
}

/** Makes the next search compare the cached features again. */
export const forgetFeatureSearch = (store: ProjectStore): void => setMeta(store, DONE, '');

/** Numbers the group of each image: frames of one file and known duplicates share a number. */
function knownGroups(store: ProjectStore, images: readonly number[], files: readonly string[]): number[] {
  const links: [string, string][] = images.map((image, row) => [`image ${image}`, `file ${files[row]}`]);
  for (const { first, second, byFeatures, verdict } of duplicatePairs(store)) {
    if (!byFeatures || verdict === 'keep') links.push([`image ${first}`, `image ${second}`]);
  }
  // Pairs of thumbnails that a person called different need no second question, nor do the images linked through them.
  for (const { first, second, byFeatures } of dismissedPairs(store)) {
    if (!byFeatures) links.push([`image ${first}`, `image ${second}`]);
  }
  const numbers = connectedGroups(links);
  return images.map((image) => numbers.get(`image ${image}`) ?? -1);
}

/** Returns a test of whether a person has called two images, or two others with the same pixels, different. */
function dismissals(store: ProjectStore): (a: number, b: number) => boolean {
  const contents = new Map(
    store
      .all<{ id: number; content: string }>('SELECT image_id AS id, content FROM pictures')
      .map((row) => [row.id, row.content]),
  );
  const key = (a: number, b: number) => [contents.get(a) ?? `${a}`, contents.get(b) ?? `${b}`].sort().join(' ');
  const dismissed = new Set(dismissedPairs(store).map(({ first, second }) => key(first, second)));
  return (a, b) => dismissed.has(key(a, b));
}

interface CachedFeatures {
  readonly rows: RowFiles;
  /** With the names of their rows. */
  readonly images: readonly { readonly image: number; readonly file: string; readonly row: string }[];
  /** Identifies the features and the set of images. */
  readonly state: string;
}

/** The cached features of the newest run with neither too few nor too many images. */
async function cachedFeatures(project: OpenProject): Promise<CachedFeatures | null> {
  const folders = new Set(await namesIn(featuresFolder(project.folder)));
  if (folders.size === 0) return null;
  const images = project.store.all<{ id: number; hash: string; frame: number }>(
    'SELECT id, hash, frame FROM images WHERE removed_at IS NULL ORDER BY id',
  );
  for (const { hashes, pipeline } of await newestRecords(project)) {
    const key = featuresKey(hashes.backbone, hashes.pipeline);
    if (!folders.delete(key)) continue;
    const rows = openFeatureRows(cacheFolder(project.folder), key, null);
    const raster = rasterKey(pipeline);
    const covered = images.flatMap(({ id, hash, frame }) => {
      const row = rasterName(hash, raster, frame);
      return rows.has(row) ? [{ image: id, file: hash, row }] : [];
    });
    if (covered.length < MIN_IMAGES || covered.length > MAX_IMAGES) {
      rows.close();
      continue;
    }
    return { rows, images: covered, state: `${key} ${covered.length} ${covered.at(-1)?.image}` };
  }
  return null;
}

async function newestRecords(project: OpenProject): Promise<RunRecord[]> {
  const ids = await runFolderIds(runsFolder(project.folder));
  // Damaged records are skipped; the list of runs reports them.
  const records = await Promise.all(ids.map((id) => readRunRecord(runFolder(project.folder, id)).catch(() => null)));
  return records.filter((record) => record !== null).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** Reads the features. Damaged rows are left out. */
function readRows({ rows: cached, images }: CachedFeatures): { rows: FeatureRows; files: string[] } {
  const width = (cached.rowBytes ?? 0) / Float32Array.BYTES_PER_ELEMENT;
  const values = new Float32Array(images.length * width);
  const whole: { image: number; file: string }[] = [];
  for (const one of images) {
    if (isReadable(cached, one.row, values.subarray(whole.length * width, (whole.length + 1) * width))) whole.push(one);
  }
  cached.close();
  const rows = { images: whole.map(({ image }) => image), width, values: values.subarray(0, whole.length * width) };
  return { rows, files: whole.map(({ file }) => file) };
}

function isReadable(rows: RowFiles, row: string, into: Float32Array): boolean {
  try {
    return readFeatures(rows, row, into);
  } catch {
    return false;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
