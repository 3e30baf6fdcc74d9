import { describe, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import { caseCrossEntropy } from '#shared/statistics/log-loss';
import { softmaxRows } from '#shared/statistics/softmax';
import { averageViews } from '../../engine/train/average-views';
import { fitLogisticRegression, type LogisticFit } from '../../engine/train/logistic-regression';
import { choosePenalty, type FoldHeadsInput, fitFoldHeads } from './fold-heads';

const [images, width, classes] = [60, 8, 3];
const random = createRandom(5, 0);
const labels = Int32Array.from({ length: images }, (_, image) => image % classes);
/** Two informative features among noise. */
const features = Float32Array.from({ length: images * width }, (_, at) => {
  const [image, j] = [Math.floor(at / width), at % width];
  return random.next() + (j < 2 ? 0.25 * ((labels[image] as number) === j ? 1 : 0) : 0);
});
const input: FoldHeadsInput = {
  ...{ trainOn: [features], predictOn: [features], labels, width, classes },
  folds: Int32Array.from({ length: images }, (_, image) => Math.floor(image / 6) % 5),
  penalties: [0.003, 0.03, 0.3, 3],
  classWeights: () => null,
  labelSmoothing: 0,
  onIteration: async () => {},
};

const rows = (keep: (fold: number) => boolean) =>
  [...labels.keys()].filter((image) => keep(input.folds[image] as number));

async function fitHead(on: readonly number[], penalty: number) {
  const data = {
    ...{ width, classes },
    features: Float32Array.from(on.flatMap((image) => [...features.subarray(image * width, (image + 1) * width)])),
    labels: Int32Array.from(on, (image) => labels[image] as number),
  };
  const options = { penalty, rowsPerImage: 1, classWeights: null, labelSmoothing: 0 };
  return fitLogisticRegression(data, { ...options, tolerance: 1e-7, maximumIterations: 2000 });
}

const logitsOf = ({ weight, bias }: LogisticFit, image: number) =>
  Array.from({ length: classes }, (_, c) =>
    Array.from({ length: width }).reduce<number>(
      (sum, _, j) => sum + (weight[c * width + j] as number) * (features[image * width + j] as number),
      bias[c] as number,
    ),
  );

const lossOn = (found: LogisticFit, on: readonly number[]) =>
  on.reduce((sum, image) => sum + caseCrossEntropy(logitsOf(found, image), labels[image] as number), 0);

describe('heads of folds', () => {
  it('equal a nested cross-validation that is written out', async () => {
    const { logits, penalty } = await fitFoldHeads(input);
    const total = input.penalties.map(() => 0);
    for (let outer = 0; outer < 5; outer += 1) {
      const losses = await Promise.all(
        input.penalties.map(async (candidate) => {
          let sum = 0;
          for (let inner = 0; inner < 5; inner += 1) {
            if (inner === outer) continue;
            const found = await fitHead(
              rows((fold) => fold !== outer && fold !== inner),
              candidate,
            );
            sum += lossOn(
              found,
              rows((fold) => fold === inner),
            );
          }
          return sum;
        }),
      );
      const chosen = input.penalties[losses.indexOf(Math.min(...losses))] as number;
      const head = await fitHead(
        rows((fold) => fold !== outer),
        chosen,
      );
      for (const image of rows((fold) => fold === outer)) {
        for (const [c, value] of logitsOf(head, image).entries()) {
          expect(logits[image * classes + c]).toBeCloseTo(value, 3);
        }
      }
      for (const [place, candidate] of input.penalties.entries()) {
        const found = await fitHead(
          rows((fold) => fold !== outer),
          candidate,
        );
        total[place] =
          (total[place] ?? 0) +
          lossOn(
            found,
            rows((fold) => fold === outer),
          );
      }
    }
    expect(penalty).toBe(input.penalties[total.indexOf(Math.min(...total))]);
    expect(await choosePenalty(input)).toBe(penalty);
    // The penalties matter, or choosing the wrong one would go unnoticed.
    expect(new Set(total.map((value) => value.toFixed(2))).size).toBe(input.penalties.length);
  });

  it('do not depend on the labels of the images that they predict', async () => {
    const inFold = rows((fold) => fold === 2);
    const changed = labels.slice();
    for (const image of inFold) changed[image] = ((changed[image] as number) + 1) % classes;
    const [before, after] = [await fitFoldHeads(input), await fitFoldHeads({ ...input, labels: changed })];
    const of = ({ logits }: { logits: Float32Array }, image: number) => [
      ...logits.subarray(image * classes, (image + 1) * classes),
    ];
    for (const image of inFold) expect(of(after, image)).toEqual(of(before, image));
    expect(after.logits).not.toEqual(before.logits);
  });

  it('average the probabilities of the views that they predict on', async () => {
    const other = features.map((value) => 1 - value);
    const one = await fitFoldHeads({ ...input, penalties: [0.3] });
    const two = await fitFoldHeads({ ...input, penalties: [0.3], predictOn: [other] });
    const both = await fitFoldHeads({ ...input, penalties: [0.3], predictOn: [features, other] });
    const { probabilities } = averageViews([one.logits, two.logits], classes);
    for (const [index, value] of softmaxRows(both.logits, classes).entries()) {
      expect(value).toBeCloseTo(probabilities[index] as number, 5);
    }
  });
});
