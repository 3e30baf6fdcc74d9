import type { Family } from './config';

/** Hugging Face's names on disk within a family. */
export interface FamilyNames {
  /** Prefix of every parameter except the classifier's. */
  readonly prefix: string;
  /** Name of the image classification class. */
  readonly architecture: string;
  /** Module of the patch embedding, and the table of positions. */
  readonly patches: string;
  readonly positions: string;
  /** List of the blocks. */
  readonly blocks: string;
  readonly finalNormalisation: string;
  readonly block: {
    readonly normalisationBefore: string;
    readonly normalisationAfter: string;
    readonly query: string;
    readonly key: string;
    readonly value: string;
    /** Projection of the joined heads. */
    readonly join: string;
    readonly expand: string;
    readonly contract: string;
    /** Factors on the outputs of attention and perceptron, or null if the family has none. */
    readonly scales: readonly [attention: string, perceptron: string] | null;
  };
}

const vitModel = {
  patches: 'patch_embeddings.projection',
  positions: 'position_embeddings',
  blocks: 'encoder.layer',
  finalNormalisation: 'layernorm',
} as const;
const vitAttention = {
  query: 'attention.attention.query',
  key: 'attention.attention.key',
  value: 'attention.attention.value',
  join: 'attention.output.dense',
} as const;
const vitBlock = {
  ...vitAttention,
  normalisationBefore: 'layernorm_before',
  normalisationAfter: 'layernorm_after',
  expand: 'intermediate.dense',
  contract: 'output.dense',
  scales: null,
} as const;
const dinoBlock = {
  ...vitAttention,
  normalisationBefore: 'norm1',
  normalisationAfter: 'norm2',
  expand: 'mlp.fc1',
  contract: 'mlp.fc2',
  scales: ['layer_scale1.lambda1', 'layer_scale2.lambda1'],
} as const;
const siglipBlock = {
  normalisationBefore: 'layer_norm1',
  normalisationAfter: 'layer_norm2',
  query: 'self_attn.q_proj',
  key: 'self_attn.k_proj',
  value: 'self_attn.v_proj',
  join: 'self_attn.out_proj',
  expand: 'mlp.fc1',
  contract: 'mlp.fc2',
  scales: null,
} as const;

const names: { readonly [F in Family]: FamilyNames } = {
  vit: { ...vitModel, prefix: 'vit', architecture: 'ViTForImageClassification', block: vitBlock },
  deit: { ...vitModel, prefix: 'deit', architecture: 'DeiTForImageClassification', block: vitBlock },
  dinov2: { ...vitModel, prefix: 'dinov2', architecture: 'Dinov2ForImageClassification', block: dinoBlock },
  dinov2_with_registers: {
    ...vitModel,
    prefix: 'dinov2_with_registers',
    architecture: 'Dinov2WithRegistersForImageClassification',
    block: dinoBlock,
  },
  siglip: {
    prefix: 'vision_model',
    architecture: 'SiglipForImageClassification',
    patches: 'patch_embedding',
    positions: 'position_embedding.weight',
    blocks: 'encoder.layers',
    finalNormalisation: 'post_layernorm',
    block: siglipBlock,
  },
};

export const namesOf = (family: Family): FamilyNames => names[family];

/** Prefixes of the parameters of all families. */
export const prefixes: readonly string[] = Object.values(names).map(({ prefix }) => prefix);

export const blockPrefix = (family: Family, index: number): string =>
  `${names[family].prefix}.${names[family].blocks}.${index}`;
export const embeddingName = (family: Family, name: string): string => `${names[family].prefix}.embeddings.${name}`;
/** Name of the patch embedding's parameter `part`. */
export const patchEmbeddingName = (family: Family, part: 'weight' | 'bias'): string =>
  embeddingName(family, `${names[family].patches}.${part}`);
export const positionsName = (family: Family): string => embeddingName(family, names[family].positions);
/** Name of the final normalisation's parameter `part`. */
export const finalNormalisationName = (family: Family, part: 'weight' | 'bias'): string =>
  `${names[family].prefix}.${names[family].finalNormalisation}.${part}`;
/** Name of a parameter of the pooling head, which only `siglip` has. */
export const poolingHeadName = (family: Family, name: string): string => `${names[family].prefix}.head.${name}`;
