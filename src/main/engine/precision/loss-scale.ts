/** Dynamic loss scaling with the rule and constants of `torch.amp.GradScaler` (Micikevicius et al. 2018). */
export interface LossScale {
  /** Factor on the loss, and therefore on every gradient, that lifts small gradients into the range of half floats. */
  readonly scale: number;
  /** Consecutive steps with finite gradients since the scale last changed. */
  readonly growthCount: number;
}

export const initialLossScale: LossScale = { scale: 65_536, growthCount: 0 };

const GROWTH_FACTOR = 2;
const GROWTH_INTERVAL = 2000;
const BACKOFF_FACTOR = 0.5;

/**
 * Returns the scale after a step: halved if gradients were infinite or NaN, doubled after 2000 finite steps in a row.
 */
export function nextLossScale({ scale, growthCount }: LossScale, finite: boolean): LossScale {
  if (!finite) return { scale: scale * BACKOFF_FACTOR, growthCount: 0 };
  if (growthCount + 1 < GROWTH_INTERVAL) return { scale, growthCount: growthCount + 1 };
  const grown = Math.fround(scale * GROWTH_FACTOR);
  return { scale: Number.isFinite(grown) ? grown : scale, growthCount: 0 };
}
