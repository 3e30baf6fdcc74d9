import type { BinaryTask } from '#shared/models/curves';
import type { BestMetric } from '#shared/models/run-config';
import { discriminationCurves } from '#shared/statistics/curves';
import { evaluateCases } from '#shared/statistics/evaluate';
import { independentDifference } from '#shared/statistics/independent-difference';
import { pairCases, pairedDifference } from '#shared/statistics/paired-difference';
import { tasks } from '../background/background';
import { type PackedCases, unpackCases } from './packed-cases';

/** The predictions of two models. */
interface Comparison {
  readonly first: PackedCases;
  readonly second: PackedCases;
  readonly classes: readonly string[];
}

export const resultTasks = tasks('result', {
  evaluateCases: ({
    cases,
    classes,
    unnamed,
  }: {
    readonly cases: PackedCases;
    readonly classes: readonly string[];
    /** Patient numbers that identify no person. */
    readonly unnamed: ReadonlySet<number>;
  }) => evaluateCases(unpackCases(cases), classes, undefined, (patient) => !unnamed.has(patient)),
  curves: ({ cases, task }: { readonly cases: PackedCases; readonly task: BinaryTask }) =>
    discriminationCurves(unpackCases(cases), task),
  /** Null if the cases are of different images. */
  pairedDifference: ({ first, second, classes, metric }: Comparison & { readonly metric: BestMetric }) => {
    const pairs = pairCases(unpackCases(first), unpackCases(second));
    return pairs === null ? null : { difference: pairedDifference(pairs, classes, metric) };
  },
  independentDifferences: ({ first, second, classes }: Comparison) => {
    const cases = [unpackCases(first), unpackCases(second)] as const;
    return {
      accuracy: independentDifference(...cases, classes, 'accuracy'),
      auc: independentDifference(...cases, classes, 'auc'),
    };
  },
});
