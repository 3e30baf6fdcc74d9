import type { LoraSettings } from '#shared/training/lora';
import type { NamedTensors } from '../tensor';
import type { Family } from './config';
import { adaptedModules, isAdapterName } from './lora';
import { namesOf } from './names';
import { inMemoryName } from './weight-names';

/** Prefix that PEFT adds to the names of the wrapped model. */
const PREFIX = 'base_model.model.';
const HEAD = 'classifier';

/**
 * Returns `adapter_model.safetensors` as PEFT's `save_pretrained` writes it: the adapters, and the classifier trained
 * with them. PEFT uses the module names that transformers has in memory, and transformers 5 has renamed them, so every
 * adapter is stored under both names; PEFT ignores the other.
 */
export function toPeftTensors(parameters: NamedTensors): NamedTensors {
  const own = [...parameters].filter(([name]) => isAdapterName(name) || name.startsWith(`${HEAD}.`));
  return new Map(
    own.flatMap(([name, tensor]) =>
      [...new Set([name, inMemoryName(name)])].map((alias) => [PREFIX + alias, tensor] as const),
    ),
  );
}

/** Returns the adapters of such a file under our names. */
export function fromPeftTensors(tensors: NamedTensors): NamedTensors {
  const own = [...tensors].map(([name, tensor]) => [name.slice(PREFIX.length), tensor] as const);
  // Families whose modules were not renamed have one name only.
  const aliases = new Set(own.flatMap(([name]) => (inMemoryName(name) === name ? [] : [inMemoryName(name)])));
  return new Map(own.filter(([name]) => isAdapterName(name) && !aliases.has(name)));
}

/** Returns `adapter_config.json`; PEFT fills in omitted fields. */
export function peftConfig(lora: LoraSettings, family: Family): Record<string, unknown> {
  const modules = adaptedModules(family, lora);
  return {
    auto_mapping: { base_model_class: namesOf(family).architecture },
    base_model_name_or_path: null,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: lora.alpha,
    lora_dropout: 0,
    modules_to_save: [HEAD],
    peft_type: 'LORA',
    r: lora.rank,
    // Suffixes of names, in transformers 4 and in 5.
    target_modules: [...new Set(modules.flatMap((module) => [module, inMemoryName(module)]))],
    task_type: null,
  };
}
