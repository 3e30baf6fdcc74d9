import { describe, expect, it } from 'vitest';
import { confidentLearning, type LabelledPrediction } from './confident-learning';
import { referenceCases } from './reference-cases';

// Reference numbers: cleanlab 2.9.0 with numpy 2.4.6 on the cases of `referenceCases`, repeated in Python:
// get_confident_thresholds, compute_confident_joint(calibrate=False),
// find_label_issues(filter_by='confident_learning', return_indices_ranked_by='normalized_margin'),
// get_label_quality_scores(method='normalized_margin').

const answers = (n: number, seed: number, coarse: boolean): LabelledPrediction[] =>
  referenceCases(n, seed, coarse).map(({ truth, probabilities }) => ({ label: truth, probabilities }));

const close = (found: readonly number[], expected: readonly number[]) => {
  expect(found.length).toBe(expected.length);
  found.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 12);
  });
};

describe('confident learning', () => {
  it('matches cleanlab', () => {
    const { thresholds, joint, issues } = confidentLearning(answers(156, 11, false), 3);
    close(thresholds, [0.5199592811095829, 0.4839497552633404, 0.5211682903786555]);
    expect(joint).toEqual([
      [19, 1, 1],
      [1, 23, 0],
      [1, 2, 30],
    ]);
    expect(issues.map(({ index }) => index)).toEqual([36, 44, 50, 41, 51, 1]);
    close(
      issues.slice(0, 4).map(({ quality }) => quality),
      [0.3811199692275329, 0.38948685226813096, 0.4293216664435796, 0.44527846957667727],
    );
  });

  it('matches it with equal probabilities, or ones exactly at a threshold', () => {
    const { thresholds, joint, issues } = confidentLearning(answers(200, 5, true), 3);
    close(thresholds, [0.4846301560070546, 0.48356401335058163, 0.5240293820691388]);
    expect(joint).toEqual([
      [34, 1, 1],
      [1, 31, 0],
      [1, 0, 25],
    ]);
    expect(issues.map(({ index }) => index)).toEqual([150, 148, 159, 85]);
  });

  it('matches it with every seventh label changed', () => {
    const cases = answers(210, 3, false).map((entry, index) =>
      index % 7 === 0 ? { ...entry, label: (entry.label + 1) % 3 } : entry,
    );
    const { thresholds, joint, issues } = confidentLearning(cases, 3);
    close(thresholds, [0.5023607069012848, 0.47489064339456005, 0.46388505790858364]);
    expect(joint).toEqual([
      [31, 3, 9],
      [6, 37, 3],
      [1, 10, 36],
    ]);
    expect(issues.map(({ index }) => index)).toEqual([
      77, 168, 133, 105, 119, 70, 84, 126, 147, 154, 63, 49, 28, 21, 196, 14, 7, 140, 201, 194, 98, 189, 193, 62, 31,
      83, 114, 65, 78, 187, 18, 53,
    ]);
    close(
      issues.slice(0, 3).map(({ quality }) => quality),
      [0.1207664067369687, 0.13649545202036428, 0.14783081190048936],
    );
  });

  it('ignores a class without labelled cases', () => {
    const cases = answers(210, 3, false).map((entry) => (entry.label === 2 ? { ...entry, label: 1 } : entry));
    const { thresholds, joint, issues } = confidentLearning(cases, 3);
    close(thresholds.slice(0, 2), [0.5348467803512251, 0.38656685692223264]);
    // cleanlab puts at least 1 on the diagonal, here too.
    expect(joint).toEqual([
      [32, 8, 0],
      [2, 67, 0],
      [0, 0, 0],
    ]);
    expect(issues.map(({ index }) => index)).toEqual([193, 194, 83, 32, 145, 187, 18]);
  });

  it('matches a calculation by hand', () => {
    // Thresholds: (0.9 + 0.8 + 0.1) / 3 = 0.6 and (0.7 + 0.9) / 2 = 0.8.
    const of = (label: number, first: number): LabelledPrediction => ({ label, probabilities: [first, 1 - first] });
    const { joint, issues } = confidentLearning([of(0, 0.9), of(0, 0.8), of(0, 0.1), of(1, 0.3), of(1, 0.1)], 2);
    expect(joint).toEqual([
      [2, 1],
      [0, 1],
    ]);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({ index: 2, suggestion: 1 });
    expect(issues[0]?.quality).toBeCloseTo((0.1 - 0.9 + 1) / 2, 12);
  });

  it('returns nothing for no cases, and rejects an invalid class', () => {
    expect(confidentLearning([], 2).issues).toEqual([]);
    expect(() => confidentLearning([{ label: 2, probabilities: [1, 0] }], 2)).toThrow(RangeError);
  });
});
