import type { BinaryTask } from '#shared/models/curves';
import type { CasePrediction } from '#shared/models/run';
import { binaryCases } from '#shared/statistics/binary-task';

export interface CaseFilter {
  readonly truth?: number | undefined;
  readonly predicted?: number | undefined;
  readonly correct?: boolean | undefined;
  /** [low, high); the last bin, which ends at 1, includes its upper end. */
  readonly confidence?: readonly [number, number] | undefined;
  /** Of a task's cases, the `count` with the nearest scores on either side of a threshold, highest score first. */
  readonly near?: { readonly task: BinaryTask; readonly threshold: number; readonly count: number } | undefined;
}

/** The cases that match a filter, such as a cell of the confusion matrix or a bar of a histogram. */
export function filterCases<Case extends CasePrediction>(cases: readonly Case[], filter: CaseFilter): Case[] {
  const matching = cases.filter((entry) => matches(entry, filter));
  return filter.near === undefined ? matching : nearestCases(matching, filter.near);
}

function matches(entry: CasePrediction, { truth, predicted, correct, confidence }: CaseFilter): boolean {
  if (truth !== undefined && entry.truth !== truth) return false;
  if (predicted !== undefined && entry.predicted !== predicted) return false;
  if (correct !== undefined && (entry.truth === entry.predicted) !== correct) return false;
  if (confidence === undefined) return true;
  const [low, high] = confidence;
  return entry.confidence >= low && (entry.confidence < high || (high >= 1 && entry.confidence <= high));
}

function nearestCases<Case extends CasePrediction>(
  cases: readonly Case[],
  { task, threshold, count }: NonNullable<CaseFilter['near']>,
): Case[] {
  const { indices, scores } = binaryCases(cases, task);
  const places = [...indices.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const below = places.findIndex((place) => (scores[place] ?? 0) < threshold);
  const middle = below < 0 ? places.length : below;
  return places
    .slice(Math.max(0, middle - count), middle + count)
    .flatMap((place) => cases[indices[place] ?? -1] ?? []);
}
