import type { Family } from './config';

/** Hugging Face's names on disk within a family. */
export interface FamilyNames {
  /** Prefix of every parameter except the classifier's. */
  readonly prefix: Family;
  /** Name of the image classification class. */
  readonly architecture: string;
  readonly block: {
    readonly normalisationBefore: string;
    readonly normalisationAfter: string;
    readonly expand: string;
    readonly contract: string;
    /** Factors on the outputs of attention and perceptron, or null if the family has none. */
    readonly scales: readonly [attention: string, perceptron: string] | null;
  };
}

const vitBlock = {
  normalisationBefore: 'layernorm_before',
  normalisationAfter: 'layernorm_after',
  expand: 'intermediate.dense',
  contract: 'output.dense',
  scales: null,
} as const;
const dinoBlock = {
  normalisationBefore: 'norm1',
  normalisationAfter: 'norm2',
  expand: 'mlp.fc1',
  contract: 'mlp.fc2',
  scales: ['layer_scale1.lambda1', 'layer_scale2.lambda1'],
} as const;

const names: { readonly [F in Family]: FamilyNames } = {
  vit: { prefix: 'vit', architecture: 'ViTForImageClassification', block: vitBlock },
  deit: { prefix: 'deit', architecture: 'DeiTForImageClassification', block: vitBlock },
  dinov2: { prefix: 'dinov2', architecture: 'Dinov2ForImageClassification', block: dinoBlock },
  dinov2_with_registers: {
    prefix: 'dinov2_with_registers',
    architecture: 'Dinov2WithRegistersForImageClassification',
    block: dinoBlock,
  },
};

export const namesOf = (family: Family): FamilyNames => names[family];

export const blockPrefix = (family: Family, index: number): string => `${family}.encoder.layer.${index}`;
export const embeddingName = (family: Family, name: string): string => `${family}.embeddings.${name}`;
export const positionsName = (family: Family): string => embeddingName(family, 'position_embeddings');
