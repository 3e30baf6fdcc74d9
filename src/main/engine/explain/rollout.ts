import type { VitConfig } from '../vit/config';
import { explainedTokens, leadingTokens, tokenCount } from '../vit/tokens';

/**
 * Attention rollout (Abnar and Zuidema 2020): how much CLS, or without CLS the mean of the patches, draws on each patch
 * through all blocks, if half of each step is the residual. A = mean over heads, R = product over blocks of (0.5 A + 0.5
 * I); the result is the CLS row of R, or the mean of its rows, without CLS and the other leading tokens.
 *
 * @param attentions one per block, [heads, tokens, tokens], for one image
 * @returns [patches]
 */
export function attentionRollout(attentions: readonly Float32Array[], config: VitConfig): Float32Array {
  const { heads } = config;
  const tokens = tokenCount(config);
  // Only this row is needed, so it alone is propagated from the last block to the first instead of whole matrices.
  let row = Float64Array.from(explainedTokens(config));
  for (const attention of attentions.toReversed()) {
    const next = new Float64Array(tokens);
    for (let query = 0; query < tokens; query += 1) {
      const share = row[query] as number;
      next[query] = (next[query] as number) + 0.5 * share;
      for (let head = 0; head < heads; head += 1) {
        const start = (head * tokens + query) * tokens;
        const factor = (0.5 * share) / heads;
        for (let key = 0; key < tokens; key += 1) {
          next[key] = (next[key] as number) + factor * (attention[start + key] as number);
        }
      }
    }
    row = next;
  }
  return Float32Array.from(row.subarray(leadingTokens(config)));
}
