/** Number of an image's pairs from which its surroundings count as crowded: copies of one image are seldom as many. */
const MIN_CROWD = 8;
/** Nearest partners, which may be copies; the later ones show the typical similarity to a crowded image. */
const NEAREST = 5;
/** Ratio test, as for features (Lowe 2004): a copy is nearer than this share of the distance to the others. */
const MAX_DISTANCE_RATIO = 0.64;
/** Thumbnails as similar as this are always checked, even if all are. */
const ALMOST_EQUAL = 0.99;

interface Pair {
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
}

/**
 * Among radiographs of one projection, or slices of one phantom, every thumbnail resembles every other one, and a fixed
 * limit would put all into one group. Divides the pairs of images that have many pairs: `unsure` ones are nearer than
 * typical, or almost equal, and need a comparison of the rasters; `unlike` ones are similar images, not copies. Pairs
 * of images with few pairs are in neither list.
 */
export function crowdedPairs<P extends Pair>(pairs: readonly P[]): { readonly unsure: P[]; readonly unlike: P[] } {
  const distances = new Map<number, number[]>();
  for (const { first, second, similarity } of pairs) {
    for (const image of [first, second]) {
      const list = distances.get(image);
      if (list === undefined) distances.set(image, [1 - similarity]);
      else list.push(1 - similarity);
    }
  }
  /** Mean distance of a crowded image to all but its nearest partners. */
  const typicalDistance = new Map<number, number>();
  for (const [image, list] of distances) {
    if (list.length < MIN_CROWD) continue;
    const others = list.sort((a, b) => a - b).slice(NEAREST);
    typicalDistance.set(image, others.reduce((sum, distance) => sum + distance, 0) / others.length);
  }
  const unsure: P[] = [];
  const unlike: P[] = [];
  for (const pair of pairs) {
    const surroundings = [pair.first, pair.second].flatMap((image) => typicalDistance.get(image) ?? []);
    if (surroundings.length === 0) continue;
    const isNear = 1 - pair.similarity < MAX_DISTANCE_RATIO * Math.min(...surroundings);
    (isNear || pair.similarity >= ALMOST_EQUAL ? unsure : unlike).push(pair);
  }
  return { unsure, unlike };
}

/**
 * The best of an image's matches (nearest first) if it is clearly nearer than the others or if there are few; otherwise
 * null.
 */
export function distinctMatch<M extends { readonly similarity: number }>(matches: readonly M[]): M | null {
  const [best] = matches;
  if (best === undefined || matches.length < MIN_CROWD) return best ?? null;
  const others = matches.slice(NEAREST);
  const typicalDistance = others.reduce((sum, { similarity }) => sum + 1 - similarity, 0) / others.length;
  return 1 - best.similarity < MAX_DISTANCE_RATIO * typicalDistance ? best : null;
}
