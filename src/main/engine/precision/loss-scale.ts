/** Dynamic loss scaling with the rule and the numbers of `torch.amp.GradScaler` (Micikevicius et al. 2018). */
export interface LossScale {
  /** What the loss, and so every gradient, is multiplied with, to lift small ones above what half floats hold. */
  readonly scale: number;
  /** Steps in a row with finite gradients since the scale last changed. */
  readonly growthCount: number;
}

export const initialLossScale: LossScale = { scale: 65_536, growthCount: 0 };

const GROWTH_FACTOR = 2;
const GROWTH_INTERVAL = 2000;
const BACKOFF_FACTOR = 0.5;

/** After a step: half of it where gradients were infinite or not numbers, twice as much after 2000 good ones in a row. */
export function nextLossScale({ scale, growthCount }: LossScale, finite: boolean): LossScale {
  if (!finite) return { scale: scale * BACKOFF_FACTOR, growthCount: 0 };
  if (growthCount + 1 < GROWTH_INTERVAL) return { scale, growthCount: growthCount + 1 };
  const grown = Math.fround(scale * GROWTH_FACTOR);
  return { scale: Number.isFinite(grown) ? grown : scale, growthCount: 0 };
}
