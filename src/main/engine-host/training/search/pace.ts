import type { Recipe } from '#shared/training/search-steps';
import { stagesOf } from '#shared/training/stages';
import type { EngineDevice } from '../../../engine/backends/backend';
import { forwardFlops } from '../../../engine/bench/bench';
import type { VitConfig } from '../../../engine/vit/config';
import { withImageSize } from '../../../engine/vit/interpolate-positions';
import { gemmRate, runFlops, UTILISATION } from '../../machine/speed';

/** What a search expects steps to take, from what this machine has shown so far. */
export interface Pace {
  /** Takes note of views that went through the frozen backbone. */
  sawViews(recipe: Recipe, views: number, seconds: number): void;
  /** Takes note of a training of layers on `images`, predicting `heldOut`. */
  sawTraining(recipe: Recipe, images: number, heldOut: number, seconds: number): void;
  /** Seconds to train one model and predict with it; of a head alone, to compute the features that it needs. */
  secondsToFit(recipe: Recipe, images: number, heldOut: number): number;
}

/** GFLOP/s of a machine that cannot be measured. */
const MODEST_RATE = 20;
/** Views below which their time says little. */
const MIN_VIEWS = 16;

/** True if the backbone of a recipe stays as it is, so that its features serve every fold. */
export const isHeadAlone = (recipe: Recipe): boolean => stagesOf(recipe).every(({ trainable }) => trainable === 'head');

/** @param config at the image size of a recipe without one */
export async function createPace(config: VitConfig, device: EngineDevice, threads: number): Promise<Pace> {
  const configOf = ({ imageSize }: Recipe) => (imageSize === null ? config : withImageSize(config, imageSize));
  const expected = ((await gemmRate(device, threads)) ?? MODEST_RATE) * 1e9 * UTILISATION;
  /** FLOP/s of the forward pass, and of training. */
  let [ofViews, ofTraining]: [number, number | null] = [expected, null];
  const flops = (run: Recipe, trainImages: number, validationImages: number) =>
    runFlops({ config: configOf(run), run, stages: stagesOf(run), trainImages, validationImages });
  return {
    sawViews: (recipe, views, seconds) => {
      if (views >= MIN_VIEWS && seconds > 0) ofViews = (views * forwardFlops(configOf(recipe))) / seconds;
    },
    sawTraining: (recipe, images, heldOut, seconds) => {
      if (seconds > 0) ofTraining = flops(recipe, images, heldOut) / seconds;
    },
    secondsToFit: (recipe, images, heldOut) =>
      flops(recipe, images, heldOut) / (isHeadAlone(recipe) ? ofViews : (ofTraining ?? ofViews)),
  };
}
