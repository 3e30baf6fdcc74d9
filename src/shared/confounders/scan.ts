import {
  type ConfounderFinding,
  type ConfounderScan,
  type ConfounderSource,
  confounderSources,
  confounderTags,
} from '../models/confounders';
import { dealFolds, type Labelled, outOfFold } from './cross-validate';
import { type Design, designOf } from './design';
import { type ConfounderImages, drawImages, groupCount, renumber, selectImages } from './images';
import { permutationTest } from './permutation-test';
import { scorePredictions } from './score';
import { holm, judge, MIN_GROUPS, MIN_IMAGES, sentenceOf, summaryOf } from './verdict';

export interface ScanOptions {
  readonly folds: number;
  /** Random deals of the folds, whose predictions are averaged. */
  readonly repeats: number;
  readonly seed: number;
  readonly permutations: number;
  readonly maxAsGood: number;
  /** With more images, some are drawn: these suffice to measure a source. */
  readonly maxImages: number;
}

/** A thousand orders let 17 sources together reach 0.05 (Holm): 17 x 0.001. */
export const defaultScan: ScanOptions = {
  folds: 5,
  repeats: 3,
  seed: 42,
  permutations: 999,
  maxAsGood: 20,
  maxImages: 4000,
};

export interface ScanHooks {
  onProgress?(source: ConfounderSource, done: number, total: number): void;
  /** Called often, so that other work can run; throwing ends the scan. */
  pause?(): Promise<void>;
}

/** Measures how well each source alone predicts the labels. */
export async function scanConfounders(
  given: ConfounderImages,
  options: ScanOptions = defaultScan,
  hooks: ScanHooks = {},
): Promise<Omit<ConfounderScan, 'createdAt' | 'state' | 'seconds'>> {
  const sizes = classSizes(given);
  const isEnough = (one: { images: number; groups: number }) => one.images >= MIN_IMAGES && one.groups >= MIN_GROUPS;
  const kept = sizes.map(isEnough);
  const all = selectImages(given, (index) => kept[given.labels[index] ?? -1] === true);
  const images = drawImages(all, options.maxImages, options.seed);
  const { labels, groups, classes } = images;
  const common = {
    images: all.labels.length,
    examined: labels.length,
    groups: groupCount(groups),
    classes: sizes.filter(isEnough),
    leftOut: sizes.filter((one) => !isEnough(one)),
    folds: options.folds,
    repeats: options.repeats,
  };
  if (classes.length < 2) {
    const summary = `Too few images: two classes need ${MIN_IMAGES} labelled images of ${MIN_GROUPS} patients each.`;
    return { ...common, summary, findings: [] };
  }
  const data: Labelled = { labels, groups, classes: classes.length };
  const foldsOf = Array.from({ length: options.repeats }, (_, repeat) =>
    dealFolds(data, options.folds, options.seed + repeat, true),
  );
  const found: Omit<ConfounderFinding, 'adjustedP' | 'verdict' | 'sentence'>[] = [];
  for (const [index, source] of confounderSources.entries()) {
    hooks.onProgress?.(source, index, confounderSources.length);
    await hooks.pause?.();
    // Together they add to a single tag only if there are several.
    if (source === 'tags' && found.filter(({ auc }) => auc !== null).length < 2) continue;
    found.push(await examine(source, designOf(images, source), data, foldsOf, options, hooks));
  }
  const adjusted = holm(found.flatMap(({ p }) => p ?? []));
  const findings = found.map((one): ConfounderFinding => {
    const adjustedP = one.p === null ? null : (adjusted.shift() ?? 1);
    const verdict =
      one.auc !== null && adjustedP !== null
        ? judge(one.auc, adjustedP)
        : one.missing >= allMissing(one.source, labels.length)
          ? 'missing'
          : 'constant';
    return { ...one, adjustedP, verdict, sentence: sentenceOf({ ...one, verdict }, classes) };
  });
  return { ...common, summary: summaryOf(findings, classes), findings };
}

/** Missing values of a source that no image has. */
const allMissing = (source: ConfounderSource, images: number): number =>
  source === 'tags' ? images * confounderTags.length : images;

async function examine(
  source: ConfounderSource,
  design: Design,
  data: Labelled,
  foldsOf: readonly Uint8Array[],
  options: ScanOptions,
  hooks: ScanHooks,
): Promise<Omit<ConfounderFinding, 'adjustedP' | 'verdict' | 'sentence'>> {
  const { values, missing, rows } = design;
  const described = { source, values, missing };
  if (rows < 2 || design.width === 0) {
    return { ...described, auc: null, balancedAccuracy: null, p: null, permutations: 0 };
  }
  const mean = new Float64Array(data.labels.length * data.classes);
  for (const foldOf of foldsOf) {
    const predictions = await outOfFold(design, data, foldOf);
    for (let at = 0; at < mean.length; at += 1) mean[at] = (mean[at] ?? 0) + (predictions[at] ?? 0) / foldsOf.length;
    await hooks.pause?.();
  }
  const scores = scorePredictions(mean, data);
  const test = await permutationTest(design, data, options, hooks.pause);
  return { ...described, ...scores, ...test };
}

function classSizes({ classes, labels, groups }: ConfounderImages) {
  return classes.map((label, number) => {
    const own = [...groups].filter((_, index) => labels[index] === number);
    return { label, images: own.length, groups: groupCount(renumber(own)) };
  });
}
