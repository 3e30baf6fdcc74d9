import { logSumExp } from '#shared/statistics/log-loss';

export interface ViewsAverage {
  /** [rows, columns]: mean over the views of the softmax of their logits. */
  readonly probabilities: Float32Array;
  /**
   * [rows, columns]: logarithm of `probabilities`, whose softmax gives them back. Losses are computed from these, so
   * they stay finite even for probabilities that round to 0 in float32.
   */
  readonly logits: Float32Array;
}

/**
 * Averages several views of the same images: the mean of probabilities rather than of logits, so that no view counts
 * more for being more confident.
 *
 * @param views logits [rows, columns] of each view, at least one
 */
export function averageViews(views: readonly Float32Array[], columns: number): ViewsAverage {
  const size = views[0]?.length ?? 0;
  const probabilities = new Float32Array(size);
  const logits = new Float32Array(size);
  for (let start = 0; start < size; start += columns) {
    const normalisers = views.map((view) => logSumExp(view.subarray(start, start + columns)));
    for (let index = start; index < start + columns; index++) {
      const logProbabilities = views.map((view, which) => (view[index] as number) - (normalisers[which] as number));
      const mean = logSumExp(logProbabilities) - Math.log(views.length);
      logits[index] = mean;
      probabilities[index] = Math.exp(mean);
    }
  }
  return { probabilities, logits };
}
