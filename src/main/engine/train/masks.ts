import { createRandom } from '#shared/imaging/random';
import { sizeOf } from '../ir/shape';
import type { Shape } from '../ir/value';
import type { Tensor } from '../tensor';
import { indicesShape, inverseShape, maskName, selectionNames, type TokenSelection } from '../vit/dropout';
import type { TrainableModel } from './model';
import { buildTrainingForward } from './programs';

/** An input of the gradient programs that holds a dropout mask: see `DropoutSource`. */
export interface MaskSite {
  /** Name of the input. */
  readonly name: string;
  readonly shape: Shape;
  readonly probability: number;
}

/** The random inputs of the gradient programs. */
export interface DropoutSites {
  /** In the order in which the network requests them. */
  readonly masks: readonly MaskSite[];
  /** Null if every patch is kept. */
  readonly tokens: TokenSelection | null;
}

/** Tags of the random streams, so that no other purpose shares them. */
const DROPOUT = 0xd20b;
const PATCHES = 0x9a7c;

/** Returns the random inputs of a training pass; none without dropout. */
export function dropoutSites(model: TrainableModel, batch: number): DropoutSites {
  const masks: MaskSite[] = [];
  let tokens: TokenSelection | null = null;
  buildTrainingForward(model, batch, (source) => ({
    mask: (site, shape, probability) => {
      masks.push({ name: maskName(site), shape, probability });
      return source.mask(site, shape, probability);
    },
    tokens: (selection) => {
      tokens = selection;
      return source.tokens(selection);
    },
  }));
  return { masks, tokens };
}

/** Returns the bytes of all random inputs of a micro-batch. */
export function dropoutBytes({ masks, tokens }: DropoutSites): number {
  const shapes = masks.map(({ shape }) => shape);
  if (tokens !== null) shapes.push(indicesShape(tokens), inverseShape(tokens));
  return shapes.reduce((sum, shape) => sum + 4 * sizeOf(shape), 0);
}

/** Draws the random inputs of one micro-batch. The next call reuses the tensors. */
export type MaskDraw = (step: number, microBatch: number) => ReadonlyMap<string, Tensor>;

const emptyTensor = (shape: Shape): Tensor => ({ shape, data: new Float32Array(sizeOf(shape)) });

/**
 * Creates the draw of random inputs on the host rather than on the device. Each mask has its own stream, determined by
 * `seeds`, step, micro-batch and site, and so has the selection of tokens: the same on every device, and for a run
 * resumed from a checkpoint.
 */
export function createMaskDraw({ masks, tokens }: DropoutSites, seeds: readonly number[]): MaskDraw {
  const drawn = masks.map((site) => ({ ...site, tensor: emptyTensor(site.shape) }));
  const selected =
    tokens === null
      ? null
      : { ...tokens, indices: emptyTensor(indicesShape(tokens)), inverse: emptyTensor(inverseShape(tokens)) };
  const tensors = new Map(drawn.map(({ name, tensor }) => [name, tensor]));
  if (selected !== null) {
    tensors.set(selectionNames.indices, selected.indices);
    tensors.set(selectionNames.inverse, selected.inverse);
  }
  return (step, microBatch) => {
    for (const [index, { probability, tensor }] of drawn.entries()) {
      const { data } = tensor;
      const { nextUint32 } = createRandom(DROPOUT, ...seeds, step, microBatch, index);
      const threshold = probability * 2 ** 32;
      const kept = 1 / (1 - probability);
      for (let i = 0; i < data.length; i += 1) data[i] = nextUint32() < threshold ? 0 : kept;
    }
    if (selected !== null) {
      const { integer } = createRandom(PATCHES, ...seeds, step, microBatch);
      selectTokens(selected, integer, selected.indices.data, selected.inverse.data);
    }
    return tensors;
  };
}

/**
 * Draws `kept` of the patches of each image, every subset alike, and lists them in their order behind the leading
 * tokens.
 *
 * @param below returns a random whole number below its argument
 * @param indices [images, leading + kept], filled with the tokens that are kept
 * @param inverse [images, leading + patches], filled with 1 + the place of each token among them, or 0
 */
function selectTokens(
  { images, leading, patches, kept }: TokenSelection,
  below: (limit: number) => number,
  indices: Float32Array,
  inverse: Float32Array,
): void {
  const order = Uint32Array.from({ length: patches }, (_, patch) => patch);
  for (let image = 0; image < images; image += 1) {
    // The first steps of a Fisher-Yates shuffle; the order left by the previous image is as good a start as any.
    for (let place = 0; place < kept; place += 1) {
      const other = place + below(patches - place);
      const patch = order[other] as number;
      order[other] = order[place] as number;
      order[place] = patch;
    }
    const chosen = order.slice(0, kept).sort();
    const places = inverse.subarray(image * (leading + patches), (image + 1) * (leading + patches)).fill(0);
    for (let place = 0; place < leading + kept; place += 1) {
      const token = place < leading ? place : leading + (chosen[place - leading] as number);
      indices[image * (leading + kept) + place] = token;
      places[token] = place + 1;
    }
  }
}
