/** Rates above this never train a transformer: Adam then moves every weight by more than its whole size in a step. */
export const HIGHEST_LEARNING_RATE = 10;

/** What is wrong with a learning rate, in words; null where it can be tried. */
export const learningRateProblem = (rate: number): string | null =>
  rate > 0 && rate <= HIGHEST_LEARNING_RATE ? null : `Above 0, up to ${HIGHEST_LEARNING_RATE}; 1e-6 to 0.1 is common`;
