export const CONFIDENCE_BINS = 20;

export interface ConfidenceHistogram {
  /** `bins + 1` edges from 0 to 1. */
  edges: number[];
  correct: number[];
  incorrect: number[];
}

/** The bin of a confidence 0..1: [low, high), the last one including its upper edge. */
export function confidenceBin(confidence: number, bins: number = CONFIDENCE_BINS): number {
  return Math.min(bins - 1, Math.max(0, Math.floor(confidence * bins)));
}

/** Histograms of the confidence in correct and incorrect predictions, in bins of equal width. */
export function confidenceHistogram(
  cases: Iterable<{ readonly confidence: number; readonly correct: boolean }>,
  bins: number = CONFIDENCE_BINS,
): ConfidenceHistogram {
  const histogram = {
    edges: Array.from({ length: bins + 1 }, (_, index) => index / bins),
    correct: new Array<number>(bins).fill(0),
    incorrect: new Array<number>(bins).fill(0),
  };
  for (const { confidence, correct } of cases) {
    const counts = correct ? histogram.correct : histogram.incorrect;
    const bin = confidenceBin(confidence, bins);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return histogram;
}
