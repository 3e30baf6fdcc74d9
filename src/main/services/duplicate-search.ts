import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { createDuplicateSearch } from '#shared/duplicates/duplicate-search';
import { readDescriptor } from '#shared/duplicates/picture-descriptor';
import type { DecodePool } from '../decode-host/client';
import {
  addPicture,
  type FoundPair,
  type PictureFacts,
  picturesAfter,
  picturesWaiting,
  storeComparisons,
  undescribedImages,
} from '../store/duplicates';
import type { ProjectStore } from '../store/open';
import { searchByFeatures } from './feature-search';
import { RASTERS_AS_STORED, rasterPaths, USUAL_RASTERS } from './project-paths';
import type { OpenProject } from './projects';

export interface SearchOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
}

/** Rasters that are described at once; the pool has its own limit. */
const AT_ONCE = 4;
/** Images that are read, and stored, at once: few enough for the window not to feel it. */
const PAGE = 500;
/** Work between two looks at what else there is to do: the window does not feel it. */
const SLICE_MS = 12;

const searches = new WeakMap<ProjectStore, Promise<void>>();

/**
 * Compares every image that has not been compared yet with all others and stores the pairs. Images of an older project
 * are described first, from the cache; one whose raster is not there stays as it is until it is imported again. Goes
 * on where it was stopped. One search at a time: a second call waits, and finds little left to do.
 */
export async function findDuplicates(
  project: OpenProject,
  pool: Pick<DecodePool, 'describe'>,
  options: SearchOptions = {},
): Promise<void> {
  const before = searches.get(project.store) ?? Promise.resolve();
  const search = before
    .catch(() => {})
    .then(async () => {
      await describeMissing(project, pool, options);
      await compareWaiting(project.store, options);
      await searchByFeatures(project, options);
    });
  searches.set(project.store, search);
  return search;
}

async function describeMissing(
  project: OpenProject,
  pool: Pick<DecodePool, 'describe'>,
  { signal, onProgress }: SearchOptions,
): Promise<void> {
  // A project of an earlier version has its rasters under the earlier name.
  const rasters = [USUAL_RASTERS, RASTERS_AS_STORED].map((key) => rasterPaths(project.folder, key));
  const missing = undescribedImages(project.store).flatMap(({ id, hash, frame }) => {
    const path = rasters.map((raster) => raster(hash, frame)).find((candidate) => existsSync(candidate));
    return path === undefined ? [] : [{ id, path }];
  });
  let next = 0;
  let done = 0;
  let ready: { readonly id: number; readonly facts: PictureFacts }[] = [];
  const store = () => {
    const batch = ready;
    ready = [];
    project.store.transaction(() => {
      for (const { id, facts } of batch) addPicture(project.store, id, facts);
    });
  };
  const work = async (): Promise<void> => {
    for (let image = missing[next++]; image !== undefined; image = missing[next++]) {
      signal?.throwIfAborted();
      const { id, path } = image;
      // A damaged raster is made again when it is next needed.
      const facts = await pool.describe({ raster: path }).catch(() => null);
      if (facts !== null) ready.push({ id, facts });
      if (ready.length >= 50) store();
      onProgress?.('describing', ++done, missing.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, missing.length) }, work));
  } finally {
    if (ready.length > 0) store();
  }
}

async function compareWaiting(store: ProjectStore, { signal, onProgress }: SearchOptions): Promise<void> {
  const waiting = picturesWaiting(store);
  if (waiting === 0) return;
  const search = createDuplicateSearch();
  /** First image of each content: it stands for all that are equal. */
  const byContent = new Map<string, number>();
  const files = new Map<number, string>();
  let pairs: FoundPair[] = [];
  let compared: number[] = [];
  let finished = 0;
  const save = () => {
    if (compared.length > 0) storeComparisons(store, pairs, compared);
    pairs = [];
    compared = [];
  };
  // Those that were compared before come first, so that the new ones meet them and each other.
  for (const old of [true, false]) {
    let sliceStart = performance.now();
    for (let after = 0; ; ) {
      const page = picturesAfter(store, after, PAGE);
      if (page.length === 0) break;
      for (const { image, file, content, descriptor, compared: known } of page) {
        after = image;
        if (known !== old) continue;
        files.set(image, file);
        // Frames of one recording are alike and kept together anyway.
        const otherFile = (id: number) => files.get(id) !== file;
        const twin = byContent.get(content);
        if (twin === undefined) {
          byContent.set(content, image);
          const picture = readDescriptor(descriptor);
          if (picture !== null) {
            if (!old) {
              const matches = search.find(picture, otherFile);
              pairs.push(...matches.map(({ id, similarity }) => ({ a: id, b: image, similarity, exact: false })));
            }
            search.add(image, picture);
          }
        } else if (!old && otherFile(twin)) {
          pairs.push({ a: twin, b: image, similarity: 1, exact: true });
        }
        if (!old) {
          compared.push(image);
          finished += 1;
        }
        if (performance.now() - sliceStart > SLICE_MS) {
          await setImmediate();
          signal?.throwIfAborted();
          onProgress?.('looking for duplicates', finished, waiting);
          sliceStart = performance.now();
        }
      }
      // Stored by the page: what follows in this pass is still known from the order of images.
      if (!old) save();
    }
  }
}
