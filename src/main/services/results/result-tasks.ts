import type { BinaryTask } from '#shared/models/curves';
import type { OperatingRule } from '#shared/models/operating-point';
import type { BestMetric } from '#shared/models/run-config';
import { discriminationCurves } from '#shared/statistics/curves';
import { evaluateCases } from '#shared/statistics/evaluate';
import { independentDifference } from '#shared/statistics/independent-difference';
import { chooseThreshold, operatingMetrics } from '#shared/statistics/operating-point';
import { pairCases, pairedDifference } from '#shared/statistics/paired-difference';
import { tasks } from '../background/background';
import { type PackedCases, unpackCases } from './packed-cases';

/** The predictions of two models. */
interface Comparison {
  readonly first: PackedCases;
  readonly second: PackedCases;
  readonly classes: readonly string[];
}

interface OfTask {
  readonly cases: PackedCases;
  readonly task: BinaryTask;
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
  curves: ({ cases, task }: OfTask) => discriminationCurves(unpackCases(cases), task),
  operatingMetrics: ({
    cases,
    task,
    threshold,
    prevalence,
  }: OfTask & { threshold: number; prevalence: number | null }) =>
    operatingMetrics(unpackCases(cases), task, threshold, { prevalence }),
  /** The numbers of the threshold that a rule chooses; null if none fulfils it. */
  chooseThreshold: ({ cases, task, rule }: OfTask & { readonly rule: OperatingRule }) => {
    const unpacked = unpackCases(cases);
    const threshold = chooseThreshold(unpacked, task, rule);
    return threshold === null ? null : operatingMetrics(unpacked, task, threshold);
  },
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
