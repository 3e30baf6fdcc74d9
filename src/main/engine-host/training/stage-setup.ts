import { frontierViewsOf } from '#shared/training/stages';
import { requirePrecision } from '../core/device';
import { setUpHead } from './head-setup';
import { setUpLastBlocks } from './last-blocks-setup';
import { setUpLayers } from './layers-setup';
import type { StageInput, StageSetup } from './stage-input';

/**
 * Sets up a stage. A head alone is trained on features that the frozen backbone computes once for each view, and last
 * blocks on what the blocks before them compute once; all other stages are trained on augmented views.
 *
 * @throws FoveaError `device_unavailable`, `precision_unavailable`, `device-failed`
 */
export async function setUpStage(input: StageInput): Promise<StageSetup> {
  const device = await requirePrecision(input.spec.config);
  if (input.stage.trainable === 'head') return setUpHead(input, device);
  const views = frontierViewsOf(input.spec.config, input.stage);
  if (views === 0) return setUpLayers(input, device);
  return (await setUpLastBlocks(input, device, views)) ?? setUpLayers(input, device, views);
}
