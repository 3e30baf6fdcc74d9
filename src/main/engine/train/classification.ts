export interface Classification {
  /** [count, classes] */
  readonly logits: Float32Array;
  /** [count, features]: what the classifier reads. */
  readonly features: Float32Array;
  /** One a block: [count, heads, tokens, tokens]. Empty where it was not asked for. */
  readonly attentions: readonly Float32Array[];
  /** [count, tokens, hidden] after the embeddings and after each block. Empty where it was not asked for. */
  readonly hiddenStates: readonly Float32Array[];
}

export interface Classifier {
  /** @param pixels [count, 3, size, size], normalised; `count` from 1 to `batch` */
  run(pixels: Float32Array, count: number): Promise<Classification>;
  dispose(): Promise<void>;
}
