import { expect, it } from 'vitest';
import { runConfigSchema } from '#shared/models/run-config';
import { stagesOf } from '#shared/training/stages';
import { forwardFlops } from '../../engine/bench/bench';
import { architectureByName } from '../../engine/vit/architectures';
import type { VitConfig } from '../../engine/vit/config';
import { runFlops } from './speed';

const config = architectureByName('vit-tiny-patch16-224', ['a', 'b']) as VitConfig;

/** FLOPs of one epoch on one training image, in forward passes. */
function passesOf(settings: Parameters<typeof runConfigSchema.parse>[0] & object): number {
  const run = runConfigSchema.parse({ backbone: 'b', learningRate: 1e-3, epochs: 1, ...settings });
  const images = { trainImages: 1, validationImages: 0 };
  return runFlops({ config, run, stages: stagesOf(run), ...images }) / forwardFlops(config);
}

it('estimates that patch dropout saves its share where patches are left out', () => {
  const full = { preset: 'full' };
  expect(passesOf(full)).toBeCloseTo(3, 1);
  // 98 of 196 patches, and less than half the attention.
  expect(passesOf({ ...full, patchDropout: 0.5 }) / passesOf(full)).toBeGreaterThan(0.45);
  expect(passesOf({ ...full, patchDropout: 0.5 }) / passesOf(full)).toBeLessThan(0.5);
  expect(passesOf({ preset: 'lora' })).toBeCloseTo(2, 1);
  // Frozen blocks compute all patches: 10 of 12 blocks once, 2 three times.
  const last = { preset: 'last-blocks', lastBlocks: 2, mixup: 0.2 };
  expect(passesOf(last)).toBeCloseTo(10 / 12 + 6 / 12, 1);
  expect(passesOf({ ...last, patchDropout: 0.5 })).toBeGreaterThan(10 / 12 + 0.2);
  expect(passesOf({ ...last, patchDropout: 0.5 })).toBeLessThan(10 / 12 + 0.3);
  expect(passesOf({ preset: 'quick', patchDropout: 0.5 })).toBeCloseTo(1, 5);
});
