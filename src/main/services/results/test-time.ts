import { FoveaError } from '#shared/ipc/errors';
import type { RunConfig } from '#shared/models/run-config';
import type { TestTime } from '../../engine-host/core/protocol';

/**
 * How a run's model is asked: as its configuration says, or with `views` in place of that. Null: one view an image.
 * Throws `augmentation_off` where every view would be the same.
 */
export function testTimeOf(config: RunConfig, views: number = config.testTimeViews): TestTime | null {
  if (views === 0) return null;
  if (!config.augmentation.enabled) {
    throw new FoveaError('augmentation_off', 'Test-time views are augmented views, and this run has no augmentation.', {
      hint: 'Use 0 views, or train with augmentation.',
    });
  }
  return { views, augmentation: config.augmentation };
}
