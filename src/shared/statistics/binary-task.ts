import type { BinaryTask } from '../models/curves';
import { clusterCases } from './clusters';
import type { EvaluatedCase } from './evaluate';

/** The cases of a task's two groups. */
export interface BinaryCases {
  /** Index of each among all cases. */
  readonly indices: Uint32Array;
  readonly scores: Float64Array;
  /** 1 for a case of the positive group. */
  readonly isPositive: Uint8Array;
  /** Number of each one's patient, from 0. */
  readonly patients: Uint32Array;
  readonly patientCount: number;
}

/** Each class against all others, in class order. */
export const oneVersusRest = (classes: number): BinaryTask[] =>
  Array.from({ length: classes }, (_, label) => ({
    positive: [label],
    negative: Array.from({ length: classes }, (_, other) => other).filter((other) => other !== label),
  }));

/**
 * The probability of the positive group: the sum over its classes. If the task leaves classes out, it is divided by the
 * sum over both groups, as the probability given that the case belongs to one of them.
 */
export function taskScore(probabilities: readonly number[], { positive, negative }: BinaryTask): number {
  const sum = (classes: readonly number[]) => classes.reduce((total, label) => total + (probabilities[label] ?? 0), 0);
  const score = sum(positive);
  if (positive.length + negative.length >= probabilities.length) return score;
  const both = score + sum(negative);
  return both === 0 ? 0.5 : score / both;
}

/** The cases of the two groups with their scores; cases of other classes are left out. */
export function binaryCases(cases: readonly EvaluatedCase[], task: BinaryTask): BinaryCases {
  const isOf = (label: number) => task.positive.includes(label) || task.negative.includes(label);
  const indices = Uint32Array.from([...cases.keys()].filter((index) => isOf(cases[index]?.truth ?? -1)));
  const { ofCase, count } = clusterCases(Array.from(indices, (index) => cases[index] as EvaluatedCase));
  return {
    indices,
    scores: Float64Array.from(indices, (index) => taskScore(cases[index]?.probabilities ?? [], task)),
    isPositive: Uint8Array.from(indices, (index) => (task.positive.includes(cases[index]?.truth ?? -1) ? 1 : 0)),
    patients: ofCase,
    patientCount: count,
  };
}
