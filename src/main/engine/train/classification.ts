export interface Classification {
  /** [count, classes] */
  readonly logits: Float32Array;
  /** [count, features]: input of the classifier layer. */
  readonly features: Float32Array;
  /** One per block: [count, heads, tokens, tokens]. Empty unless requested. */
  readonly attentions: readonly Float32Array[];
  /** [count, tokens, hidden] after the embeddings and after each block. Empty unless requested. */
  readonly hiddenStates: readonly Float32Array[];
}

export interface Classifier {
  /** @param pixels [count, 3, size, size], normalised; `count` from 1 to `batch` */
  run(pixels: Float32Array, count: number): Promise<Classification>;
  dispose(): Promise<void>;
}
