import { createRandom } from '#shared/imaging/random';
import { GraphBuilder } from '../ir/builder';
import { sizeOf } from '../ir/shape';
import type { Shape } from '../ir/value';
import type { Tensor } from '../tensor';
import { maskInputs, maskName } from '../vit/dropout';
import type { TrainableModel } from './model';
import { inputNames } from './program-names';
import { declareParameters } from './programs';

/** An input of the gradient programs that holds a dropout mask: see `MaskSource`. */
export interface MaskSite {
  /** Name of the input. */
  readonly name: string;
  readonly shape: Shape;
  readonly probability: number;
}

/** Tag of the random streams, so that no other purpose shares them. */
const DROPOUT = 0xd20b;

/** Returns the masks of a training pass, in the order in which the network requests them. Empty without dropout. */
export function maskSites(model: TrainableModel, batch: number): readonly MaskSite[] {
  const sites: MaskSite[] = [];
  const builder = new GraphBuilder();
  const parameter = declareParameters(builder, model.groups, 'separate');
  const input = builder.input(inputNames.pixels, [batch, ...model.inputShape]);
  const inputs = maskInputs(builder);
  model.forward(builder, parameter, input, (site, shape, probability) => {
    sites.push({ name: maskName(site), shape, probability });
    return inputs(site, shape, probability);
  });
  return sites;
}

/** Returns the bytes of all masks of a micro-batch. */
export const maskBytes = (sites: readonly MaskSite[]): number =>
  sites.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);

/** Draws the masks of one micro-batch. The next call reuses the tensors. */
export type MaskDraw = (step: number, microBatch: number) => ReadonlyMap<string, Tensor>;

/**
 * Creates the draw of masks on the host rather than on the device. Each mask has its own stream, determined by `seeds`,
 * step, micro-batch and site: the same on every device, and for a run resumed from a checkpoint.
 */
export function createMaskDraw(sites: readonly MaskSite[], seeds: readonly number[]): MaskDraw {
  const tensors = new Map(
    sites.map(({ name, shape }) => [name, { shape, data: new Float32Array(sizeOf(shape)) } satisfies Tensor]),
  );
  return (step, microBatch) => {
    for (const [index, { name, probability }] of sites.entries()) {
      const data = tensors.get(name)?.data ?? new Float32Array(0);
      const { nextUint32 } = createRandom(DROPOUT, ...seeds, step, microBatch, index);
      const threshold = probability * 2 ** 32;
      const kept = 1 / (1 - probability);
      for (let i = 0; i < data.length; i += 1) data[i] = nextUint32() < threshold ? 0 : kept;
    }
    return tensors;
  };
}
