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
  /** Takes note of a training of layers on `images`, predicting `heldOut`; `isFirst`: nothing was kept for it. */
  sawTraining(recipe: Recipe, images: number, heldOut: number, isFirst: boolean, seconds: number): void;
  /** Seconds to predict `images` in `folds` folds. */
  secondsToTry(recipe: Recipe, images: number, folds: number): number;
  /** Seconds to train the final model on `images` and predict `heldOut`, after the recipe was tried. */
  secondsToFinish(recipe: Recipe, images: number, heldOut: number): number;
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
  /** The part of the work that epochs repeat; the rest, on frozen layers, is done once for all folds. */
  const ofEpochs = (run: Recipe, trainImages: number, validationImages: number) =>
    flops({ ...run, epochs: 2 * run.epochs }, trainImages, validationImages) -
    flops(run, trainImages, validationImages);
  return {
    sawViews: (recipe, views, seconds) => {
      if (views >= MIN_VIEWS && seconds > 0) ofViews = (views * forwardFlops(configOf(recipe))) / seconds;
    },
    sawTraining: (recipe, images, heldOut, isFirst, seconds) => {
      if (seconds > 0) ofTraining = (isFirst ? flops : ofEpochs)(recipe, images, heldOut) / seconds;
    },
    secondsToTry: (recipe, images, folds) => {
      if (isHeadAlone(recipe)) return flops(recipe, images, 0) / ofViews;
      const held = Math.round(images / folds);
      const all = flops(recipe, images - held, held) + (folds - 1) * ofEpochs(recipe, images - held, held);
      return all / (ofTraining ?? ofViews);
    },
    secondsToFinish: (recipe, images, heldOut) =>
      isHeadAlone(recipe) ? 0 : ofEpochs(recipe, images, heldOut) / (ofTraining ?? ofViews),
  };
}
