import { expect, it } from 'vitest';
import { initialLossScale, type LossScale, nextLossScale } from './loss-scale';

/** The scale after each step. */
function after(steps: readonly boolean[]): LossScale[] {
  let state = initialLossScale;
  return steps.map((finite) => {
    state = nextLossScale(state, finite);
    return state;
  });
}

// `get_scale()` and `_get_growth_tracker()` of torch.amp.GradScaler('cpu'), PyTorch 2.15, over the same steps.
it('halves after a non-finite step and grows after 2000 finite ones, as in GradScaler', () => {
  expect(after([true, false, false, true, true])).toEqual([
    { scale: 65536, growthCount: 1 },
    { scale: 32768, growthCount: 0 },
    { scale: 16384, growthCount: 0 },
    { scale: 16384, growthCount: 1 },
    { scale: 16384, growthCount: 2 },
  ]);
  const good = (count: number) => Array<boolean>(count).fill(true);
  const states = after([...good(1999), false, ...good(2000), true, true, false]);
  expect([1998, 1999, 2000, 3998, 3999, 4000, 4001, 4002].map((step) => states[step])).toEqual([
    { scale: 65536, growthCount: 1999 },
    { scale: 32768, growthCount: 0 },
    { scale: 32768, growthCount: 1 },
    { scale: 32768, growthCount: 1999 },
    { scale: 65536, growthCount: 0 },
    { scale: 65536, growthCount: 1 },
    { scale: 65536, growthCount: 2 },
    { scale: 32768, growthCount: 0 },
  ]);
});

it('stays within float32', () => {
  const largest = { scale: 2 ** 127, growthCount: 1999 };
  expect(nextLossScale(largest, true)).toEqual({ scale: 2 ** 127, growthCount: 0 });
});
