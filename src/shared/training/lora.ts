/** The projections of every attention that get adapters: queries and values, or keys and outputs too. */
export const loraTargets = ['query-value', 'attention'] as const;
export type LoraTargets = (typeof loraTargets)[number];

/** Low-rank adapters, in the terms of Hu et al. 2022 and PEFT's `LoraConfig`. */
export interface LoraSettings {
  readonly rank: number;
  /** The adapters' output is multiplied by alpha / rank. */
  readonly alpha: number;
  readonly targets: LoraTargets;
}

export const loraOf = ({
  loraRank,
  loraAlpha,
  loraTargets: targets,
}: {
  readonly loraRank: number;
  readonly loraAlpha: number;
  readonly loraTargets: LoraTargets;
}): LoraSettings => ({
  rank: loraRank,
  alpha: loraAlpha,
  targets,
});
