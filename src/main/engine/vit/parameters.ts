import { sizeOf } from '../ir/shape';
import type { Shape, Value } from '../ir/value';
import type { VitConfig } from './config';
import {
  blockPrefix,
  embeddingName,
  finalNormalisationName,
  namesOf,
  patchEmbeddingName,
  poolingHeadName,
  positionsName,
} from './names';
import { featureWidth, leadingTokens, patchCount, placedLeadingTokens } from './tokens';

/** Returns the value of a parameter in a graph by its name on disk. */
export type ParameterSource = (name: string) => Value;

export interface ParameterSpec {
  /** Hugging Face's name on disk. */
  readonly name: string;
  readonly shape: Shape;
  /** Whether AdamW's weight decay applies: to everything but biases and normalisations, as in HF's Trainer. */
  readonly decay: boolean;
  readonly initial: 'normal' | 'zeros' | 'ones' | 'kaiming-uniform';
}

export interface PlacedParameter extends ParameterSpec {
  /** Offset within its group, in elements. */
  readonly offset: number;
  readonly size: number;
}

/** Parameters stored in one flat tensor, those with weight decay first. */
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
export const linear = (name: string, inputs: number, outputs: number): ParameterSpec[] => [
  weight(`${name}.weight`, [outputs, inputs]),
  bias(`${name}.bias`, outputs),
];
const normalisation = (name: string, size: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [size], decay: false, initial: 'ones' },
  bias(`${name}.bias`, size),
];

/** Group of parameters that the file contains but the model does not use: kept, never trained. */
const UNUSED = 'unused';

/** Whether the model computes with the group's parameters, so that they have gradients. */
export const isUsed = ({ name }: ParameterGroup): boolean => name !== UNUSED;

/**
 * Returns all parameters of a model in the order of its layers: embeddings, each block, final normalisation,
 * classifier.
 */
export function parameterGroups(config: VitConfig): readonly ParameterGroup[] {
  const { family, hiddenSize, patchSize, channels, layers, registerTokens } = config;
  const embedding = (name: string): string => embeddingName(family, name);
  const embeddings = placeParameters('embeddings', [
    ...(leadingTokens(config) > 0 ? [weight(embedding('cls_token'), [1, 1, hiddenSize])] : []),
    ...(family === 'deit' ? [weight(embedding('distillation_token'), [1, 1, hiddenSize])] : []),
    ...(registerTokens > 0 ? [weight(embedding('register_tokens'), [1, registerTokens, hiddenSize])] : []),
    weight(positionsName(family), positionsShape(config)),
    weight(patchEmbeddingName(family, 'weight'), [hiddenSize, channels, patchSize, patchSize]),
    bias(patchEmbeddingName(family, 'bias'), hiddenSize),
  ]);
  return [
    embeddings,
    ...Array.from({ length: layers }, (_, index) => blockGroup(config, index)),
    placeParameters('norm', [
      { name: finalNormalisationName(family, 'weight'), shape: [hiddenSize], decay: false, initial: 'ones' },
      bias(finalNormalisationName(family, 'bias'), hiddenSize),
    ]),
    ...(config.maskToken ? [placeParameters(UNUSED, [weight(embedding('mask_token'), [1, hiddenSize])])] : []),
    ...(config.poolingHead ? [placeParameters(UNUSED, poolingHead(config))] : []),
    classifierGroup(featureWidth(config), config.classes.length),
  ];
}

/** The table of positions: an `nn.Embedding` in SigLIP, a tensor with a batch axis elsewhere. */
export function positionsShape(config: VitConfig): Shape {
  const rows = placedLeadingTokens(config) + patchCount(config);
  return config.family === 'siglip' ? [rows, config.hiddenSize] : [1, rows, config.hiddenSize];
}

/** SigLIP's attention pooling: a learned query (`probe`), PyTorch's `nn.MultiheadAttention`, and a perceptron. */
function poolingHead({ family, hiddenSize, intermediateSize }: VitConfig): ParameterSpec[] {
  const named = (name: string): string => poolingHeadName(family, name);
  return [
    weight(named('probe'), [1, 1, hiddenSize]),
    weight(named('attention.in_proj_weight'), [3 * hiddenSize, hiddenSize]),
    bias(named('attention.in_proj_bias'), 3 * hiddenSize),
    ...linear(named('attention.out_proj'), hiddenSize, hiddenSize),
    ...normalisation(named('layernorm'), hiddenSize),
    ...linear(named('mlp.fc1'), hiddenSize, intermediateSize),
    ...linear(named('mlp.fc2'), intermediateSize, hiddenSize),
  ];
}

export const blockGroupName = (index: number): string => `block.${index}`;

function blockGroup({ family, hiddenSize, intermediateSize, qkvBias }: VitConfig, index: number): ParameterGroup {
  const prefix = blockPrefix(family, index);
  const { block } = namesOf(family);
  const projections = [block.query, block.key, block.value].flatMap((name) =>
    linear(`${prefix}.${name}`, hiddenSize, hiddenSize),
  );
  return placeParameters(blockGroupName(index), [
    ...projections.filter(({ decay }) => decay || qkvBias),
    ...linear(`${prefix}.${block.join}`, hiddenSize, hiddenSize),
    ...linear(`${prefix}.${block.expand}`, hiddenSize, intermediateSize),
    ...linear(`${prefix}.${block.contract}`, intermediateSize, hiddenSize),
    ...normalisation(`${prefix}.${block.normalisationBefore}`, hiddenSize),
    ...normalisation(`${prefix}.${block.normalisationAfter}`, hiddenSize),
    // HF's Trainer exempts only biases and normalisations from decay, so layer scales have it.
    ...(block.scales ?? []).map((name) => ({
      name: `${prefix}.${name}`,
      shape: [hiddenSize],
      decay: true,
      initial: 'ones' as const,
    })),
  ]);
}

/** The linear head alone, which *quick* trains. */
export function classifierGroup(features: number, classes: number): ParameterGroup {
  return placeParameters('classifier', linear('classifier', features, classes));
}

export function parameterCount(groups: readonly ParameterGroup[]): number {
  return groups.reduce((sum, { size }) => sum + size, 0);
}
