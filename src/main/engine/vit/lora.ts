import type { LoraSettings, LoraTargets } from '#shared/training/lora';
import type { GraphBuilder } from '../ir/builder';
import type { Value } from '../ir/value';
import type { NamedTensors, Tensor } from '../tensor';
import type { Family, VitConfig } from './config';
import { blockPrefix, type FamilyNames, namesOf } from './names';
import { type ParameterGroup, placeParameters } from './parameters';

/**
 * LoRA: Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models". A projection y = x W^T + b with frozen W
 * becomes
 *
 *   y = x W^T + b + alpha / rank (x A^T) B^T,   A [rank, inputs], B [outputs, rank]
 *
 * A is random and B is zero, so that training begins with the unmodified model.
 */

type Projection = keyof FamilyNames['block'] & ('query' | 'key' | 'value' | 'join');
const projectionsOf: Readonly<Record<LoraTargets, readonly Projection[]>> = {
  'query-value': ['query', 'value'],
  attention: ['query', 'key', 'value', 'join'],
};

/** Names of the adapted modules on disk, relative to their block. */
export const adaptedModules = (family: Family, { targets }: LoraSettings): readonly string[] =>
  projectionsOf[targets].map((projection) => namesOf(family).block[projection]);

const nameOfA = (path: string): string => `${path}.lora_A.weight`;
const nameOfB = (path: string): string => `${path}.lora_B.weight`;
/** Whether a parameter belongs to an adapter. The names are PEFT's without its prefix. */
export const isAdapterName = (name: string): boolean => /\.lora_[AB]\.weight$/.test(name);

export const loraGroupName = (block: number): string => `block.${block}.lora`;

/** Paths of all adapted modules, block by block. */
function adaptedPaths({ family, layers }: VitConfig, lora: LoraSettings): readonly (readonly string[])[] {
  return Array.from({ length: layers }, (_, block) =>
    adaptedModules(family, lora).map((module) => `${blockPrefix(family, block)}.${module}`),
  );
}

/** Returns the adapters, one group per block. Weight decay pulls them towards the unmodified model. */
export function loraGroups(config: VitConfig, lora: LoraSettings): readonly ParameterGroup[] {
  const { hiddenSize } = config;
  return adaptedPaths(config, lora).map((paths, block) =>
    placeParameters(
      loraGroupName(block),
      paths.flatMap((path) => [
        { name: nameOfA(path), shape: [lora.rank, hiddenSize], decay: true, initial: 'kaiming-uniform' as const },
        { name: nameOfB(path), shape: [hiddenSize, lora.rank], decay: true, initial: 'zeros' as const },
      ]),
    ),
  );
}

/**
 * Adds the adapter's contribution for `x` [rows, inputs] to `projected` [rows, outputs], the output of the module at
 * `path`.
 */
export function addAdapter(
  builder: GraphBuilder,
  parameter: (name: string) => Value,
  { rank, alpha }: LoraSettings,
  path: string,
  x: Value,
  projected: Value,
): Value {
  const low = builder.linear(x, parameter(nameOfA(path)), null);
  // The scale is applied where the matrix is narrow.
  const scaled = builder.multiply(low, builder.scalar(alpha / rank));
  return builder.add(projected, builder.linear(scaled, parameter(nameOfB(path)), null));
}

/** Returns all parameters with W + alpha / rank B A in place of W, A and B: the same model without adapters. */
export function mergeAdapters(config: VitConfig, lora: LoraSettings, parameters: NamedTensors): NamedTensors {
  const merged = new Map([...parameters].filter(([name]) => !isAdapterName(name)));
  for (const path of adaptedPaths(config, lora).flat()) {
    const [a, b, weight] = [nameOfA(path), nameOfB(path), `${path}.weight`].map((name) => parameters.get(name));
    if (!a || !b || !weight) throw new Error(`no adapter of ${path}`);
    merged.set(`${path}.weight`, mergeAdapter(weight, a, b, lora));
  }
  return merged;
}

function mergeAdapter(weight: Tensor, a: Tensor, b: Tensor, { rank, alpha }: LoraSettings): Tensor {
  const [outputs, inputs] = weight.shape as readonly [number, number];
  const data = weight.data.slice();
  const change = new Float64Array(inputs);
  for (let output = 0; output < outputs; output += 1) {
    change.fill(0);
    for (let r = 0; r < rank; r += 1) {
      const factor = (alpha / rank) * (b.data[output * rank + r] as number);
      for (let input = 0; input < inputs; input += 1) {
        change[input] = (change[input] as number) + factor * (a.data[r * inputs + input] as number);
      }
    }
    const row = data.subarray(output * inputs, (output + 1) * inputs);
    for (let input = 0; input < inputs; input += 1) row[input] = (row[input] as number) + (change[input] as number);
  }
  return { shape: weight.shape, data };
}
