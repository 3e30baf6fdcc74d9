/** Higher rates never train a transformer: Adam would move every weight by more than its own size in a step. */
export const MAX_LEARNING_RATE = 10;

/** The error of a learning rate, for people; null if it is valid. */
export const learningRateProblem = (rate: number): string | null =>
  rate > 0 && rate <= MAX_LEARNING_RATE ? null : `Above 0, up to ${MAX_LEARNING_RATE}; 1e-6 to 0.1 is common`;
