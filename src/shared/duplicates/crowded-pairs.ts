/** Pairs that an image has from which its surroundings count as crowded: copies of one picture are seldom as many. */
const CROWD = 8;
/** Nearest partners that may be copies; those after them are what a crowded image is like in general. */
const NEAREST = 5;
/** As for features (Lowe 2004): a copy is nearer than this share of the distance to the others. */
const STANDS_OUT = 0.64;
/** Thumbnails as similar as this are asked about even where all are. */
const ALMOST_EQUAL = 0.99;

interface Pair {
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
}

/**
 * Among radiographs of one projection, or slices of one phantom, every thumbnail is like every other one, and a fixed
 * limit makes one group of all. Divides the pairs of images that have many of them: `unsure` ones stand out from the
 * others, or are almost equal, and want a look at the rasters; `unlike` ones are kin, no copies. Pairs of images with
 * few are in neither.
 */
export function crowdedPairs<Of extends Pair>(pairs: readonly Of[]): { readonly unsure: Of[]; readonly unlike: Of[] } {
  const distances = new Map<number, number[]>();
  for (const { first, second, similarity } of pairs) {
    for (const image of [first, second]) {
      const list = distances.get(image);
      if (list === undefined) distances.set(image, [1 - similarity]);
      else list.push(1 - similarity);
    }
  }
  /** Mean distance of a crowded image to its partners but the nearest. */
  const inGeneral = new Map<number, number>();
  for (const [image, list] of distances) {
    if (list.length < CROWD) continue;
    const others = list.sort((a, b) => a - b).slice(NEAREST);
    inGeneral.set(image, others.reduce((sum, distance) => sum + distance, 0) / others.length);
  }
  const unsure: Of[] = [];
  const unlike: Of[] = [];
  for (const pair of pairs) {
    const surroundings = [pair.first, pair.second].flatMap((image) => inGeneral.get(image) ?? []);
    if (surroundings.length === 0) continue;
    const standsOut = 1 - pair.similarity < STANDS_OUT * Math.min(...surroundings);
    (standsOut || pair.similarity >= ALMOST_EQUAL ? unsure : unlike).push(pair);
  }
  return { unsure, unlike };
}

/**
 * The best of an image's matches (the nearest first), where it stands out from them or there are few; null where all are
 * as near.
 */
export function outstanding<Of extends { readonly similarity: number }>(matches: readonly Of[]): Of | null {
  const [best] = matches;
  if (best === undefined || matches.length < CROWD) return best ?? null;
  const others = matches.slice(NEAREST);
  const inGeneral = others.reduce((sum, { similarity }) => sum + 1 - similarity, 0) / others.length;
  return 1 - best.similarity < STANDS_OUT * inGeneral ? best : null;
}
