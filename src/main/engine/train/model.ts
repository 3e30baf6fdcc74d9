import type { LoraSettings } from '#shared/training/lora';
import { type Trainable, trainedLastBlocks } from '#shared/training/stages';
import type { GraphBuilder } from '../ir/builder';
import type { Shape, Value } from '../ir/value';
import type { VitConfig } from '../vit/config';
import type { DropoutSource } from '../vit/dropout';
import { buildFromFrontier, buildVit, classify } from '../vit/forward';
import { loraGroupName, loraGroups } from '../vit/lora';
import {
  blockGroupName,
  classifierGroup,
  isUsed,
  type ParameterGroup,
  type ParameterSource,
  parameterGroups,
} from '../vit/parameters';
import { tokenCount } from '../vit/tokens';
import { crossEntropy } from './cross-entropy';

/** A network as a training session sees it. */
export interface TrainableModel {
  readonly name: string;
  /** Shape of one image, or of its features. */
  readonly inputShape: Shape;
  /** Columns of the output. */
  readonly classes: number;
  readonly groups: readonly ParameterGroup[];
  /** The subset of `groups` that has gradients. */
  readonly trainable: readonly ParameterGroup[];
  /** Returns the learning rate factor of a trainable group, by its name. */
  rateFactor(group: string): number;
  /**
   * @param input [batch, ...inputShape]
   * @param mask provides the dropout masks of a training pass
   * @returns logits [batch, classes], or what another loss compares with its targets
   */
  forward(builder: GraphBuilder, parameter: ParameterSource, input: Value, mask?: DropoutSource): Value;
  /** Numbers per image in the targets that the loss takes. */
  readonly targetSize: number;
  /**
   * @param output of `forward`
   * @param targets [batch, targetSize], which hold the weight of each image too
   * @returns the loss [], a sum over images
   */
  loss(builder: GraphBuilder, output: Value, targets: Value): Value;
}

/** Returns the learning rate factor of the slowest trained group. */
export const lowestRateFactor = ({ trainable, rateFactor }: TrainableModel): number =>
  Math.min(...trainable.map(({ name }) => rateFactor(name)));

/**
 * Describes a whole model, of which `trainable` has gradients. `lora` configures the adapters and is required only for
 * `lora`.
 */
export function vitModel(
  config: VitConfig,
  trainable: Trainable,
  layerDecay = 1,
  lora: LoraSettings | null = null,
): TrainableModel {
  const adapters = trainable === 'lora' ? lora : null;
  if (trainable === 'lora' && adapters === null) throw new Error('adapters without settings');
  const groups = [...(adapters === null ? [] : loraGroups(config, adapters)), ...parameterGroups(config)];
  return {
    name: config.family,
    inputShape: [config.channels, config.imageSize, config.imageSize],
    classes: config.classes.length,
    targetSize: config.classes.length,
    loss: crossEntropy,
    groups,
    trainable: groups.filter((group) => isUsed(group) && isTrained(group, config, trainable)),
    rateFactor: (group) => layerDecay ** layersBelowHead(group, config),
    forward: (builder, parameter, pixels, mask) =>
      buildVit(builder, config, parameter, pixels, false, mask, adapters, frozenBlocks(config, trainable)).logits,
  };
}

/**
 * Number of blocks that are frozen, with the embeddings, while the last ones are trained; null if there are none such.
 * The input of the block after them, the frontier, does not change in training.
 */
export function frozenBlocks({ layers }: VitConfig, trainable: Trainable): number | null {
  const trained = trainedLastBlocks(trainable);
  return trained === null ? null : Math.max(0, layers - trained);
}

/** Groups of the embeddings and of the first `blocks` blocks. */
export function firstGroups(config: VitConfig, blocks: number): readonly ParameterGroup[] {
  const names = new Set(['embeddings', ...Array.from({ length: blocks }, (_, index) => blockGroupName(index))]);
  return parameterGroups(config).filter(({ name }) => names.has(name));
}

/** Describes the last blocks and the head of `vitModel` alone: their input is the frontier [tokens, hidden]. */
export function frontierModel(config: VitConfig, trainable: Trainable, layerDecay: number): TrainableModel {
  const whole = vitModel(config, trainable, layerDecay);
  const block = frozenBlocks(config, trainable) ?? 0;
  const frozen = new Set(firstGroups(config, block).map(({ name }) => name));
  return {
    ...whole,
    name: `${config.family} last blocks`,
    inputShape: [tokenCount(config), config.hiddenSize],
    groups: whole.groups.filter((group) => isUsed(group) && !frozen.has(group.name)),
    forward: (builder, parameter, frontier, mask) =>
      buildFromFrontier(builder, config, parameter, frontier, block, mask ?? null),
  };
}

function isTrained({ name }: ParameterGroup, { layers }: VitConfig, trainable: Trainable): boolean {
  if (typeof trainable === 'object') {
    const isTrainedBlock = (_: unknown, index: number) => name === blockGroupName(layers - 1 - index);
    return (
      name === 'classifier' || name === 'norm' || Array.from({ length: trainable.lastBlocks }).some(isTrainedBlock)
    );
  }
  switch (trainable) {
    case 'head':
      return name === 'classifier';
    case 'last-block':
      return name === 'classifier' || name === blockGroupName(layers - 1);
    case 'lora':
      return name === 'classifier' || isLoraGroup(name, layers);
    case 'all':
      return true;
  }
}

const isLoraGroup = (name: string, layers: number): boolean =>
  Array.from({ length: layers }, (_, block) => loraGroupName(block)).includes(name);

/**
 * Counts layers as BEiT and timm do: head and final normalisation 0, last block 1, embeddings layers + 1. Adapters
 * count as their block.
 */
function layersBelowHead(group: string, { layers }: VitConfig): number {
  if (group === 'embeddings') return layers + 1;
  const block = Array.from({ length: layers }, (_, index) => index).findIndex(
    (index) => group === blockGroupName(index) || group === loraGroupName(index),
  );
  return block < 0 ? 0 : layers - block;
}

/** Describes the classifier alone, on cached features. */
export function headModel(features: number, classes: number): TrainableModel {
  const groups = [classifierGroup(features, classes)];
  return {
    name: 'head',
    inputShape: [features],
    classes,
    targetSize: classes,
    loss: crossEntropy,
    groups,
    trainable: groups,
    rateFactor: () => 1,
    forward: (builder, parameter, features) => classify(builder, parameter, features),
  };
}
