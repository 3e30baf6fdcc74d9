import { createRandom, shuffle } from '../imaging/random';
import { LOW_COUNT, type PictureDescriptor } from './picture-descriptor';
import { nearDuplicateSimilarity } from './picture-similarity';

export interface DuplicateMatch {
  /** As passed to `add`. */
  readonly id: number;
  readonly similarity: number;
}

/** An index of pictures to compare with every later one. */
export interface DuplicateSearch {
  /** Best first, at most `MAX_MATCHES`; `accepts` filters pictures. */
  find(picture: PictureDescriptor, accepts?: (id: number) => boolean): DuplicateMatch[];
  add(id: number, picture: PictureDescriptor): void;
}

const TABLES = 40;
const KEY_BITS = 12;
/** Keys are drawn from the signs of this many detail coefficients, the coarsest first. */
const SIGNS = 96;
/** Comparisons per picture: bounds the work if very many pictures are alike. */
export const MAX_COMPARISONS = 20_000;
/** Matches kept per picture: enough to hold a group of any size together. */
export const MAX_MATCHES = 16;

/** [TABLES][KEY_BITS] indices of coefficients; the same in every process. */
const tableKeys: readonly Int32Array[] = (() => {
  const random = createRandom(64, 95);
  const signs = Array.from({ length: SIGNS }, (_, index) => LOW_COUNT + index);
  return Array.from({ length: TABLES }, () => Int32Array.from(shuffle(signs, random).slice(0, KEY_BITS)));
})();

/**
 * Locality-sensitive hashing (Indyk and Motwani, STOC 1998) over the signs of detail coefficients: a picture is
 * compared only with those that share all bits of one of 40 keys with it. Two pictures whose detail correlates by 0.9
 * differ in about one sign in seven and collide in one of the tables with a probability above 0.99; unrelated ones
 * seldom collide.
 */
export function createDuplicateSearch(): DuplicateSearch {
  const ids: number[] = [];
  const pictures: PictureDescriptor[] = [];
  /** Newest entry of each bucket, and the previous one of each entry; -1 = none. */
  const heads = tableKeys.map(() => new Int32Array(1 << KEY_BITS).fill(-1));
  let capacity = 1024;
  let links = tableKeys.map(() => new Int32Array(capacity));
  let stamps = new Int32Array(capacity);
  let stamp = 0;

  const grow = () => {
    capacity *= 2;
    links = links.map((before) => enlarge(before, capacity));
    stamps = enlarge(stamps, capacity);
  };

  return {
    find(picture, accepts = () => true) {
      stamp += 1;
      const matches: DuplicateMatch[] = [];
      let left = MAX_COMPARISONS;
      for (let table = 0; table < TABLES && left > 0; table++) {
        const link = links[table] as Int32Array;
        let entry = (heads[table] as Int32Array)[keyOf(picture, table)] as number;
        for (; entry >= 0 && left > 0; entry = link[entry] as number) {
          left -= 1;
          if (stamps[entry] === stamp) continue;
          stamps[entry] = stamp;
          const similarity = nearDuplicateSimilarity(picture, pictures[entry] as PictureDescriptor);
          const id = ids[entry] as number;
          if (similarity > 0 && accepts(id)) matches.push({ id, similarity });
        }
      }
      return matches.sort((a, b) => b.similarity - a.similarity || a.id - b.id).slice(0, MAX_MATCHES);
    },
    add(id, picture) {
      const entry = ids.length;
      if (entry === capacity) grow();
      ids.push(id);
      pictures.push(picture);
      for (let table = 0; table < TABLES; table++) {
        const head = heads[table] as Int32Array;
        const key = keyOf(picture, table);
        (links[table] as Int32Array)[entry] = head[key] as number;
        head[key] = entry;
      }
    },
  };
}

function keyOf({ coefficients }: PictureDescriptor, table: number): number {
  const places = tableKeys[table] as Int32Array;
  let key = 0;
  for (let bit = 0; bit < KEY_BITS; bit++) {
    key = (key << 1) | ((coefficients[places[bit] as number] as number) >= 0 ? 1 : 0);
  }
  return key;
}

function enlarge(values: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}
