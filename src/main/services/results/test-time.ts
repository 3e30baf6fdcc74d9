import { FoveaError } from '#shared/ipc/errors';
import type { RunConfig } from '#shared/models/run-config';
import type { TestTime } from '../../engine-host/core/protocol';

/**
 * Test-time views of a run's model: from its configuration, or `views` instead. Null = one view per image. Throws
 * `augmentation_off` if all views would be equal.
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
