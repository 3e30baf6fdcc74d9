import { describe, expect, it } from 'vitest';
import { createRandom } from '../imaging/random';
import { oneVersusRestAuc } from '../statistics/auc';
import { type Labelled, outOfFold } from './cross-validate';
import { type Design, designOf } from './design';
import { drawImages, groupCount, selectImages } from './images';
import { labelDealer, permutationTest } from './permutation-test';
import { prepareRidge } from './ridge';
import { defaultScan, scanConfounders } from './scan';
import { scorePredictions } from './score';
import { syntheticImages } from './synthetic-images';

/**
 * The case that scikit-learn 1.9.1 was given too: 90 images in pairs, 3 classes, a tag of 4 values, 5 measures, and the
 * same folds (those of its GroupKFold(5) over the pairs).
 */
const n = 90;
const range = Array.from({ length: n }, (_, index) => index);
const labels = Int32Array.from(range, (index) => Math.floor(index / 2) % 3);
const data: Labelled = { labels, groups: Uint32Array.from(range, (index) => Math.floor(index / 2)), classes: 3 };
const groupKFold = Uint8Array.from(range, (index) => 4 - (Math.floor(index / 2) % 5));
const handFolds = Uint8Array.from(range, (index) => Math.floor(Math.floor(index / 2) / 3) % 5);
const tight = { tolerance: 1e-9, maximumIterations: 1000 };

const tagOf = (index: number) => ((labels[index] ?? 0) + Math.floor(((index * 7) % 5) / 2)) % 4;
const tagDesign: Design = {
  features: Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0)),
  width: 4,
  rowOf: Uint32Array.from(range, tagOf),
  rows: 4,
  values: 4,
  missing: 0,
  penalty: 1,
};
const measureDesign = (): Design => {
  const measures = range.map((index) =>
    [0, 1, 2, 3, 4].map(
      (column) => (index * 37 + index * 11 * (column + 1) + (column === 1 ? 13 * (labels[index] ?? 0) : 0)) % 101,
    ),
  );
  const features = new Float32Array(n * 5);
  for (let column = 0; column < 5; column += 1) {
    const values = measures.map((row) => row[column] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
    values.forEach((value, index) => {
      features[index * 5 + column] = (value - mean) / deviation;
    });
  }
  return { features, width: 5, rowOf: Uint32Array.from(range), rows: n, values: 5, missing: 0, penalty: 0.01 };
};

const auc = (probabilities: Float64Array) => oneVersusRestAuc(probabilities, labels, 3).macro ?? Number.NaN;

describe('out-of-fold predictions', () => {
  it('of a tag match scikit-learn’s LogisticRegression with the same folds', async () => {
    const answers = await outOfFold(tagDesign, data, groupKFold, tight);
    expect(auc(answers)).toBeCloseTo(0.6483333333333334, 10);
    for (const [at, value] of [0.54812411, 0.07772318, 0.37415271].entries()) expect(answers[at]).toBeCloseTo(value, 5);
    expect(auc(await outOfFold(tagDesign, data, handFolds, tight))).toBeCloseTo(0.6833333333333332, 10);
  });

  it('of measures match it too, with StandardScaler', async () => {
    const answers = await outOfFold(measureDesign(), data, groupKFold, tight);
    expect(auc(answers)).toBeCloseTo(0.6518518518518518, 10);
    for (const [at, value] of [0.39398913, 0.28028922, 0.32572165].entries()) expect(answers[at]).toBeCloseTo(value, 5);
    const weak = await outOfFold({ ...measureDesign(), penalty: 1 }, data, handFolds, tight);
    expect(auc(weak)).toBeCloseTo(0.5387037037037038, 10);
  });

  it('rank the same with the looser fit in use', async () => {
    expect(auc(await outOfFold(measureDesign(), data, groupKFold))).toBeCloseTo(0.6518518518518518, 2);
  });

  it('count a class as found if its probability exceeds its share', async () => {
    // scikit-learn: balanced_accuracy_score(y, (P / shares).argmax(1)) = 0.4667
    const scores = scorePredictions(await outOfFold(tagDesign, data, handFolds, tight), data);
    expect(scores.balancedAccuracy?.value).toBeCloseTo(0.4666666666666666, 10);
    expect(scores.auc?.low).toBeLessThan(scores.auc?.value ?? 0);
    expect(scores.auc?.high).toBeGreaterThan(scores.auc?.value ?? 1);
  });
});

describe('the permutation test', () => {
  it('matches the out-of-fold skill of scikit-learn’s Ridge', () => {
    expect(prepareRidge(tagDesign, handFolds, 3)(labels)).toBeCloseTo(0.13169427495747277, 6);
    expect(prepareRidge(measureDesign(), handFolds, 3)(labels)).toBeCloseTo(0.006654538892169604, 6);
  });

  it('permutes whole groups: what is alike within a group stays so, and every order occurs', () => {
    const deal = labelDealer(data);
    const random = createRandom(1);
    const firsts = new Set<number | undefined>();
    for (let order = 0; order < 30; order += 1) {
      const dealt = deal(random);
      for (let index = 0; index < n; index += 2) expect(dealt[index]).toBe(dealt[index + 1]);
      expect([0, 1, 2].map((label) => dealt.filter((one) => one === label).length)).toEqual([30, 30, 30]);
      firsts.add(dealt[0]);
    }
    expect(firsts.size).toBe(3);
  });

  it('repeats and truncates groups of other sizes', () => {
    const uneven = { labels: Int32Array.of(0, 0, 0, 0, 1, 2), groups: Uint32Array.of(0, 0, 0, 0, 1, 1), classes: 3 };
    const deal = labelDealer(uneven);
    const seen = new Set(Array.from({ length: 20 }, (_, seed) => [...deal(createRandom(seed))].join('')));
    expect([...seen].sort()).toEqual(['000012', '112200']);
  });

  it('raises false alarms at its nominal level', async () => {
    let alarms = 0;
    const tries = 200;
    for (let seed = 0; seed < tries; seed += 1) {
      const images = syntheticImages({ seed, groups: 40, imagesPerGroup: 2 });
      const design = designOf(images, 'model');
      const given = { labels: images.labels, groups: images.groups, classes: 2 };
      const options = { ...defaultScan, seed, permutations: 99 };
      if ((await permutationTest(design, given, options)).p <= 0.05) alarms += 1;
    }
    // Binomial(200, 0.05): 4 to 16 in 95 of 100; p is discrete, so a little fewer.
    expect(alarms).toBeGreaterThanOrEqual(2);
    expect(alarms).toBeLessThanOrEqual(18);
  });
});

const quick = { ...defaultScan, repeats: 1 };

describe('a scan', () => {
  it('finds a planted scanner, border and text, and nothing elsewhere', async () => {
    const images = syntheticImages({
      seed: 3,
      groups: 120,
      imagesPerGroup: 2,
      scannerOfClass: 0.8,
      borderStep: 20,
      textStep: 30,
    });
    const scan = await scanConfounders(images, quick);
    const verdicts = Object.fromEntries(scan.findings.map(({ source, verdict }) => [source, verdict]));
    expect(verdicts).toMatchObject({
      model: 'strong',
      border: 'strong',
      text: 'strong',
      tags: 'strong',
      manufacturer: 'constant',
      site: 'missing',
    });
    expect(['nothing', 'unclear']).toContain(verdicts['matrix']);
    expect(scan.findings.find(({ source }) => source === 'model')?.sentence).toMatch(
      /^The scanner model alone predicts malignant vs\. benign, AUC 0\.\d\d \[0\.\d\d, 0\.\d\d\]: a model may learn the scanner/,
    );
    expect(scan).toMatchObject({ images: 240, examined: 240, groups: 120, leftOut: [] });
  });

  it('finds nothing in shuffled labels, over 17 sources together', async () => {
    let alarms = 0;
    for (let seed = 0; seed < 12; seed += 1) {
      const images = syntheticImages({ seed: 100 + seed, groups: 60, imagesPerGroup: 2 });
      const scan = await scanConfounders(images, quick);
      if (scan.findings.some(({ verdict }) => verdict === 'strong' || verdict === 'weak')) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it('reports classes that are too small, and leaves them out', async () => {
    const few = await scanConfounders(syntheticImages({ seed: 1, groups: 12, imagesPerGroup: 2 }), quick);
    expect(few).toMatchObject({ findings: [], leftOut: [{ images: 12 }, { images: 12 }] });
    expect(few.summary).toMatch(/^Too few images:/);
    const three = syntheticImages({ seed: 1, groups: 90, imagesPerGroup: 1, classes: ['a', 'b', 'c'] });
    const rare = selectImages(three, (index) => three.labels[index] !== 2 || index < 20);
    const scan = await scanConfounders(rare, { ...quick, permutations: 19 });
    expect(scan.classes.map(({ label }) => label)).toEqual(['a', 'b']);
    expect(scan.leftOut).toEqual([{ label: 'c', images: 6, groups: 6 }]);
  });

  it('treats missing as a value of its own', async () => {
    const images = syntheticImages({ seed: 5, groups: 80, imagesPerGroup: 1 });
    images.labels.forEach((label, index) => {
      (images.tags.sex as (string | null)[])[index] = label === 1 ? 'F' : null;
    });
    const scan = await scanConfounders(images, quick);
    expect(scan.findings.find(({ source }) => source === 'sex')).toMatchObject({
      verdict: 'strong',
      missing: 40,
      values: 2,
    });
  });

  it('samples whole groups, as many per class, from very large datasets', () => {
    const images = syntheticImages({ seed: 2, groups: 300, imagesPerGroup: 2, classes: ['a', 'b', 'c'] });
    const drawn = drawImages(images, 120, 1);
    expect([0, 1, 2].map((label) => drawn.labels.filter((one) => one === label).length)).toEqual([40, 40, 40]);
    expect(groupCount(drawn.groups)).toBe(60);
    expect(drawImages(images, 600, 1)).toBe(images);
  });

  it('can be stopped between two steps', async () => {
    const images = syntheticImages({ seed: 2, groups: 40, imagesPerGroup: 2 });
    const pause = () => Promise.reject(new Error('ended'));
    await expect(scanConfounders(images, quick, { pause })).rejects.toThrow('ended');
  });
});
