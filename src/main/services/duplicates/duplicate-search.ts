import { setImmediate } from 'node:timers/promises';
import { crowdedPairs, outstanding } from '#shared/duplicates/crowded-pairs';
import { createDuplicateSearch, type DuplicateMatch, type DuplicateSearch } from '#shared/duplicates/duplicate-search';
import { type PictureDescriptor, readDescriptor } from '#shared/duplicates/picture-descriptor';
import { turnedDescriptors } from '#shared/duplicates/turned-descriptors';
import type { DecodePool } from '../../decode-host/client';
import { Slice } from '../../ingest/slice';
import {
  addPicture,
  type FoundPair,
  forgetUnconfirmed,
  lastImage,
  type PictureFacts,
  picturesAfter,
  picturesWaiting,
  setSamePicture,
  storeComparisons,
  thumbnailPairs,
  undescribedImages,
} from '../../store/duplicates';
import { getMeta, setMeta } from '../../store/meta';
import type { ProjectStore } from '../../store/open';
import { findRasters } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { alignPairs, confirmPairs, drawnPairs, samePictureLimit } from './align-pairs';
import { forgetFeatureSearch } from './feature-search';
import type { SearchOptions } from './search-options';

/** Rasters that are described at once; the pool has its own limit. */
const AT_ONCE = 4;
/** Pairs of a crowd whose rasters are compared, the most alike first: a run waits for the search. */
const MOST_ASKED = 2_000;
/** Images that are read, and stored, at once: few enough for the window not to feel it. */
const PAGE = 500;
/** Images that are asked for at once whether they are described; most are. */
const LOOKED_AT = 10_000;

const searches = new WeakMap<ProjectStore, Promise<void>>();

/**
 * Compares every image that has not been compared yet with all others and stores the pairs. Images of an older project
 * are described first, from the cache; one whose raster is not there stays as it is until it is imported again. Goes
 * on where it was stopped. One search at a time: a second call waits, and finds little left to do.
 */
export async function findDuplicates(
  project: OpenProject,
  pool: Pick<DecodePool, 'describe' | 'align'>,
  options: SearchOptions = {},
): Promise<void> {
  // What was found before is what there is to be seen.
  if (project.store.isReadOnly) return;
  const before = searches.get(project.store) ?? Promise.resolve();
  const search = before
    .catch(() => {})
    .then(async () => {
      searchAnew(project.store);
      await describeMissing(project, pool, options);
      await compareWaiting(project, pool, options);
      await askCrowded(project, pool, options);
    });
  searches.set(project.store, search);
  return search;
}

/** The way of searching that all pictures of a project were searched in. 2: mirrored and turned, confirmed by pixels. */
const SEARCH = { key: 'duplicates.search', version: '2' };

/**
 * Projects of older versions are searched once more. What features alone showed there was wrong more often than right: it is
 * forgotten where no person has judged it.
 */
function searchAnew(store: ProjectStore): void {
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
  const raster = findRasters(project.folder);
  const missing: { readonly id: number; readonly path: string }[] = [];
  const last = lastImage(project.store);
  for (let after = 0; after < last; after += LOOKED_AT) {
    for (const { id, hash, frame } of undescribedImages(project.store, after, after + LOOKED_AT)) {
      const path = raster(hash, frame);
      if (path !== null) missing.push({ id, path });
    }
    await setImmediate();
  }
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

/** Among pictures that are all alike thumbnails do not tell copies from kin: the rasters do. */
async function askCrowded(
  project: OpenProject,
  pool: Pick<DecodePool, 'align'>,
  options: SearchOptions,
): Promise<void> {
  const { unsure, unlike } = crowdedPairs(thumbnailPairs(project.store));
  const waiting = unsure
    .filter(({ samePicture }) => samePicture === null)
    .sort((one, other) => other.similarity - one.similarity);
  const open = waiting.slice(0, MOST_ASKED);
  const unasked = [...unlike.filter(({ samePicture }) => samePicture === null), ...waiting.slice(MOST_ASKED)];
  const pairs = open.map(({ first, second }) => ({ a: first, b: second }));
  const limit =
    pairs.length === 0 ? 1 : await samePictureLimit(project, pool, drawnPairs(project.store), true, options);
  const alignments = await alignPairs(project, pool, pairs, true, options);
  project.store.transaction(() => {
    for (const { first, second } of unasked) setSamePicture(project.store, first, second, false);
    for (const [index, { first, second }] of open.entries()) {
      const alignment = alignments[index];
      // Without its raster a pair stays what it is, and is asked about again.
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
  const waiting = picturesWaiting(store);
  if (waiting === 0) return;
  const search = createDuplicateSearch();
  /** First image of each content: it stands for all that are equal. */
  const byContent = new Map<string, number>();
  const files = new Map<number, string>();
  let pairs: FoundPair[] = [];
  /** Pairs of which one is mirrored or turned. */
  let turned: { readonly a: number; readonly b: number }[] = [];
  let compared: number[] = [];
  let finished = 0;
  let limit: number | null = null;
  const confirmTurned = async () => {
    if (turned.length === 0) return [];
    limit ??= await samePictureLimit(project, pool, drawnPairs(store), true, options);
    return confirmPairs(project, pool, turned, limit, options);
  };
  const save = async () => {
    if (compared.length > 0) storeComparisons(store, [...pairs, ...(await confirmTurned())], compared);
    pairs = [];
    turned = [];
    compared = [];
  };
  // Those that were compared before come first, so that the new ones meet them and each other.
  for (const old of [true, false]) {
    const slice = new Slice();
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
              const known = new Set(matches.map(({ id }) => id));
              const copy = turnedCopy(search, picture, (id) => otherFile(id) && !known.has(id));
              if (copy !== null) turned.push({ a: copy.id, b: image });
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
        if (slice.isOver) {
          await slice.next();
          signal?.throwIfAborted();
          onProgress?.('searching-duplicates', finished, waiting);
        }
      }
      // Stored by the page: what follows in this pass is still known from the order of images.
      if (!old) await save();
    }
  }
}

/** The picture that this one looks like when it is mirrored or turned by quarters; null where none stands out. */
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
  return outstanding([...best.values()].sort((a, b) => b.similarity - a.similarity || a.id - b.id));
}
