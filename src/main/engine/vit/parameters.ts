import type { Shape } from '../ir/graph';
import { sizeOf } from '../ir/shape';
import type { VitConfig } from './config';

export interface ParameterSpec {
  /** Hugging Face's name on disk. */
  readonly name: string;
  readonly shape: Shape;
  /** True where AdamW's weight decay applies: everything but biases and normalisations, as in HF's Trainer. */
  readonly decay: boolean;
  readonly initial: 'normal' | 'zeros' | 'ones';
}

export interface PlacedParameter extends ParameterSpec {
  /** Where it starts in its group, in elements. */
  readonly offset: number;
  readonly size: number;
}

/** Parameters that live in one flat tensor. Those with weight decay come first. */
export interface ParameterGroup {
  readonly name: string;
  readonly parameters: readonly PlacedParameter[];
  readonly size: number;
  /** Elements that take weight decay: [0, decaySize). */
  readonly decaySize: number;
}

export function placeParameters(name: string, parameters: readonly ParameterSpec[]): ParameterGroup {
  const ordered = [...parameters.filter(({ decay }) => decay), ...parameters.filter(({ decay }) => !decay)];
  let offset = 0;
  const placed = ordered.map((parameter) => {
    const size = sizeOf(parameter.shape);
    offset += size;
    return { ...parameter, offset: offset - size, size };
  });
  const decaySize = placed.reduce((sum, { decay, size }) => sum + (decay ? size : 0), 0);
  return { name, parameters: placed, size: offset, decaySize };
}

const weight = (name: string, shape: Shape): ParameterSpec => ({ name, shape, decay: true, initial: 'normal' });
const bias = (name: string, size: number): ParameterSpec => ({ name, shape: [size], decay: false, initial: 'zeros' });
const linear = (name: string, inputs: number, outputs: number): ParameterSpec[] => [
  weight(`${name}.weight`, [outputs, inputs]),
  bias(`${name}.bias`, outputs),
];
const normalisation = (name: string, size: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [size], decay: false, initial: 'ones' },
  bias(`${name}.bias`, size),
];

/** Tokens of one image: the patches and CLS. */
export function tokenCount(config: VitConfig): number {
  return (config.imageSize / config.patchSize) ** 2 + 1;
}

export const blockPrefix = (index: number): string => `vit.encoder.layer.${index}`;

/** All parameters of a model in the order of its layers: embeddings, each block, final normalisation, classifier. */
export function parameterGroups(config: VitConfig): readonly ParameterGroup[] {
  const { hiddenSize, intermediateSize, patchSize, channels, layers } = config;
  const embeddings = placeParameters('embeddings', [
    weight('vit.embeddings.cls_token', [1, 1, hiddenSize]),
    weight('vit.embeddings.position_embeddings', [1, tokenCount(config), hiddenSize]),
    weight('vit.embeddings.patch_embeddings.projection.weight', [hiddenSize, channels, patchSize, patchSize]),
    bias('vit.embeddings.patch_embeddings.projection.bias', hiddenSize),
  ]);
  const blocks = Array.from({ length: layers }, (_, index) => {
    const prefix = blockPrefix(index);
    const projections = ['query', 'key', 'value'].flatMap((role) =>
      linear(`${prefix}.attention.attention.${role}`, hiddenSize, hiddenSize),
    );
    return placeParameters(`block.${index}`, [
      ...projections.filter(({ decay }) => decay || config.qkvBias),
      ...linear(`${prefix}.attention.output.dense`, hiddenSize, hiddenSize),
      ...linear(`${prefix}.intermediate.dense`, hiddenSize, intermediateSize),
      ...linear(`${prefix}.output.dense`, intermediateSize, hiddenSize),
      ...normalisation(`${prefix}.layernorm_before`, hiddenSize),
      ...normalisation(`${prefix}.layernorm_after`, hiddenSize),
    ]);
  });
  return [
    embeddings,
    ...blocks,
    placeParameters('norm', normalisation('vit.layernorm', hiddenSize)),
    classifierGroup(hiddenSize, config.classes.length),
  ];
}

/** The linear head alone: what *quick* trains. */
export function classifierGroup(features: number, classes: number): ParameterGroup {
  return placeParameters('classifier', linear('classifier', features, classes));
}

export function parameterCount(groups: readonly ParameterGroup[]): number {
  return groups.reduce((sum, { size }) => sum + size, 0);
}
