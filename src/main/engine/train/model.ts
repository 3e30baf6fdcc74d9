import type { GraphBuilder } from '../ir/builder';
import type { Shape, Value } from '../ir/graph';
import type { VitConfig } from '../vit/config';
import { buildVit, classify, type ParameterSource } from '../vit/forward';
import { classifierGroup, type ParameterGroup, parameterGroups, takesPart } from '../vit/parameters';

/** What a training session needs to know of a network. */
export interface TrainableModel {
  readonly name: string;
  /** Shape of one image, or of its features. */
  readonly inputShape: Shape;
  readonly classes: number;
  readonly groups: readonly ParameterGroup[];
  /** The part of `groups` that takes gradients. */
  readonly trainable: readonly ParameterGroup[];
  /** @param input [batch, ...inputShape]; returns logits [batch, classes] */
  forward(builder: GraphBuilder, parameter: ParameterSource, input: Value): Value;
}

/** A whole model; with `head`, everything before the classifier is frozen. */
export function vitModel(config: VitConfig, trainable: 'all' | 'head'): TrainableModel {
  const groups = parameterGroups(config);
  return {
    name: config.family,
    inputShape: [config.channels, config.imageSize, config.imageSize],
    classes: config.classes.length,
    groups,
    trainable: trainable === 'all' ? groups.filter(takesPart) : groups.filter(({ name }) => name === 'classifier'),
    forward: (builder, parameter, pixels) => buildVit(builder, config, parameter, pixels).logits,
  };
}

/** The classifier alone, on cached features. */
export function headModel(features: number, classes: number): TrainableModel {
  const groups = [classifierGroup(features, classes)];
  return { name: 'head', inputShape: [features], classes, groups, trainable: groups, forward: classify };
}
