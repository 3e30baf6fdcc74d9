import type { VitConfig } from '../vit/config';
import { explainedTokens, leadingTokens, tokenCount } from '../vit/tokens';

/**
 * Returns how one head distributes attention over the patches: the row of CLS, or the mean of all rows in a model
 * without CLS.
 *
 * @param attention [tokens, tokens]
 * @returns [patches]
 */
export function attentionToPatches(attention: Float32Array, config: VitConfig): Float32Array {
  const tokens = tokenCount(config);
  const row = new Float64Array(tokens);
  for (const [query, share] of explainedTokens(config).entries()) {
    if (share === 0) continue;
    for (let key = 0; key < tokens; key += 1) {
      row[key] = (row[key] as number) + share * (attention[query * tokens + key] as number);
    }
  }
  return Float32Array.from(row.subarray(leadingTokens(config)));
}
