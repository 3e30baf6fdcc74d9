import { inParallel } from '#shared/async/in-parallel';
import { crowdedPairs, distinctMatch } from '#shared/duplicates/crowded-pairs';
import { createDuplicateSearch, type DuplicateMatch, type DuplicateSearch } from '#shared/duplicates/duplicate-search';
import { type PictureDescriptor, readDescriptor } from '#shared/duplicates/picture-descriptor';
import { turnedDescriptors } from '#shared/duplicates/turned-descriptors';
import type { DecodePool } from '../../decode-host/client';
import { Slice } from '../../ingest/slice';
import type { RasterPlace } from '../../packs/place';
import {
  addPicture,
  type FoundPair,
  forgetUnconfirmed,
  lastImage,
  type PictureFacts,
  pendingPictureCount,
  picturesAfter,
  setSamePicture,
  storeComparisons,
  thumbnailPairs,
  undescribedImages,
} from '../../store/duplicates';
import { getMeta, setMeta } from '../../store/meta';
import type { ProjectStore } from '../../store/open';
import { findImportedRasters } from '../cache/find-pictures';
import type { OpenProject } from '../project/projects';
import { alignPairs, confirmPairs, randomPairs, samePictureLimit } from './align-pairs';
import { forgetFeatureSearch } from './feature-search';
import type { SearchOptions } from './search-options';

/** Rasters described concurrently; the pool has its own limit. */
const AT_ONCE = 4;
/** Crowded pairs whose rasters are compared at most, the most similar first: a run waits for the search. */
const MAX_CROWDED = 2_000;
/** Images read and stored at a time: few enough that the window stays responsive. */
const PAGE = 500;
/** Images checked for a missing descriptor per query; most have one. */
const MISSING_PAGE = 10_000;

const searches = new WeakMap<ProjectStore, Promise<void>>();

/**
 * Compares every image not yet compared with all others and stores the pairs. Images of an older project are first
 * described from the cache; an image without a raster is skipped until it is imported again. Resumes where it was
 * stopped. Only one search runs at a time: a second call waits for the first and finds little left to do.
 */
export async function findDuplicates(
  project: OpenProject,
  pool: Pick<DecodePool, 'describe' | 'align'>,
  options: SearchOptions = {},
): Promise<void> {
  // A read-only project shows the pairs found before.
  if (project.store.isReadOnly) return;
  const before = searches.get(project.store) ?? Promise.resolve();
  const search = before
    .catch(() => {})
    .then(async () => {
      resetOldSearch(project.store);
      await describeMissing(project, pool, options);
      await compareWaiting(project, pool, options);
      await compareCrowded(project, pool, options);
    });
  searches.set(project.store, search);
  return search;
}

/** Version of the search that all images of a project went through. 2: mirrored and rotated, confirmed by pixels. */
const SEARCH = { key: 'duplicates.search', version: '2' };

/**
 * Makes a project of an older version be searched again. Its pairs found by features alone were wrong more often than
 * right, so those that no person has judged are deleted.
 */
function resetOldSearch(store: ProjectStore): void {
  if (getMeta(store, SEARCH.key) === SEARCH.version) return;
  store.transaction(() => {
    forgetUnconfirmed(store);
    forgetFeatureSearch(store);
    setMeta(store, SEARCH.key, SEARCH.version);
  });
}

async function describeMissing(
  project: OpenProject,
  pool: Pick<DecodePool, 'describe'>,
  { signal, onProgress }: SearchOptions,
): Promise<void> {
  const missing: { readonly id: number; readonly place: RasterPlace }[] = [];
  const last = lastImage(project.store);
  const slice = new Slice();
  for (let after = 0; after < last; after += MISSING_PAGE) {
    const page = undescribedImages(project.store, after, after + MISSING_PAGE);
    const rasters = findImportedRasters(
      project,
      page.map(({ id, hash, frame }) => ({ image: id, hash, frame })),
    );
    for (const [index, { id }] of page.entries()) {
      const place = rasters[index] ?? null;
      if (place !== null) missing.push({ id, place });
    }
    if (slice.isOver) await slice.next();
  }
  let done = 0;
  let ready: { readonly id: number; readonly facts: PictureFacts }[] = [];
  const store = () => {
    const batch = ready;
    ready = [];
    project.store.transaction(() => {
      for (const { id, facts } of batch) addPicture(project.store, id, facts);
    });
  };
  try {
    await inParallel(missing, AT_ONCE, async ({ id, place }) => {
      signal?.throwIfAborted();
      // A damaged raster is rebuilt when it is next needed.
      const facts = await pool.describe({ raster: place }).catch(() => null);
      if (facts !== null) ready.push({ id, facts });
      if (ready.length >= 50) store();
      onProgress?.('describing', ++done, missing.length);
    });
  } finally {
    if (ready.length > 0) store();
  }
}

/** Compares rasters where all images look alike and thumbnails cannot separate copies from merely similar images. */
async function compareCrowded(
  project: OpenProject,
  pool: Pick<DecodePool, 'align'>,
  options: SearchOptions,
): Promise<void> {
  const { unsure, unlike } = crowdedPairs(thumbnailPairs(project.store));
  const waiting = unsure
    .filter(({ samePicture }) => samePicture === null)
    .sort((one, other) => other.similarity - one.similarity);
  const open = waiting.slice(0, MAX_CROWDED);
  const skipped = [...unlike.filter(({ samePicture }) => samePicture === null), ...waiting.slice(MAX_CROWDED)];
  const pairs = open.map(({ first, second }) => ({ a: first, b: second }));
  const limit =
    pairs.length === 0 ? 1 : await samePictureLimit(project, pool, randomPairs(project.store), true, options);
  const alignments = await alignPairs(project, pool, pairs, true, options);
  project.store.transaction(() => {
    for (const { first, second } of skipped) setSamePicture(project.store, first, second, false);
    for (const [index, { first, second }] of open.entries()) {
      const alignment = alignments[index];
      // A pair without a raster stays undecided, and is compared again in the next search.
      if (alignment != null) setSamePicture(project.store, first, second, alignment.similarity >= limit);
    }
  });
}

async function compareWaiting(
  project: OpenProject,
  pool: Pick<DecodePool, 'align'>,
  options: SearchOptions,
): Promise<void> {
  const { store } = project;
  const { signal, onProgress } = options;
  const waiting = pendingPictureCount(store);
  if (waiting === 0) return;
  const search = createDuplicateSearch();
  /** First image of each content, which represents all equal ones. */
  const byContent = new Map<string, number>();
  const files = new Map<number, string>();
  let pairs: FoundPair[] = [];
  /** Pairs where one image is mirrored or rotated. */
  let turned: { readonly a: number; readonly b: number }[] = [];
  let compared: number[] = [];
  let finished = 0;
  let limit: number | null = null;
  const confirmTurned = async () => {
    if (turned.length === 0) return [];
    limit ??= await samePictureLimit(project, pool, randomPairs(store), true, options);
    return confirmPairs(project, pool, turned, limit, options);
  };
  const save = async () => {
    if (compared.length > 0) storeComparisons(store, [...pairs, ...(await confirmTurned())], compared);
    pairs = [];
    turned = [];
    compared = [];
  };
  // Images compared before are added first, so that new images are matched with them and with each other.
  for (const old of [true, false]) {
    const slice = new Slice();
    for (let after = 0; ; ) {
      const page = picturesAfter(store, after, PAGE);
      if (page.length === 0) break;
      for (const { image, file, content, descriptor, compared: known } of page) {
        after = image;
        if (known !== old) continue;
        files.set(image, file);
        // Frames of one file look alike and are kept together anyway.
        const otherFile = (id: number) => files.get(id) !== file;
        const duplicate = byContent.get(content);
        if (duplicate === undefined) {
          byContent.set(content, image);
          const picture = readDescriptor(descriptor);
          if (picture !== null) {
            if (!old) {
              const matches = search.find(picture, otherFile);
              pairs.push(...matches.map(({ id, similarity }) => ({ a: id, b: image, similarity, exact: false })));
              const known = new Set(matches.map(({ id }) => id));
              const copy = turnedCopy(search, picture, (id) => otherFile(id) && !known.has(id));
              if (copy !== null) turned.push({ a: copy.id, b: image });
            }
            search.add(image, picture);
          }
        } else if (!old && otherFile(duplicate)) {
          pairs.push({ a: duplicate, b: image, similarity: 1, exact: true });
        }
        if (!old) {
          compared.push(image);
          finished += 1;
        }
        if (slice.isOver) {
          await slice.next();
          signal?.throwIfAborted();
          onProgress?.('searching-duplicates', finished, waiting);
        }
      }
      // Stored page by page: the order of images still identifies the rest of this pass.
      if (!old) await save();
    }
  }
}

/** The image that this one matches when mirrored or rotated by quarter turns; null where no match stands out. */
function turnedCopy(
  search: DuplicateSearch,
  picture: PictureDescriptor,
  accepts: (id: number) => boolean,
): DuplicateMatch | null {
  const matches = turnedDescriptors(picture).flatMap((turned) => search.find(turned, accepts));
  const best = new Map<number, DuplicateMatch>();
  for (const match of matches) {
    if (match.similarity > (best.get(match.id)?.similarity ?? 0)) best.set(match.id, match);
  }
  return distinctMatch([...best.values()].sort((a, b) => b.similarity - a.similarity || a.id - b.id));
}
