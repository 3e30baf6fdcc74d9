import { prefixes } from './names';

/**
 * Returns the names that a parameter may have in a file, most common first: as the family's `…ForImageClassification`
 * of transformers 4 and 5 saves it (our own name); as the bare model saves it, without the prefix; and both with the
 * module names of transformers 5 in memory, written by tools that bypass `save_pretrained`.
 */
export function weightNamesOnDisk(name: string): readonly string[] {
  const prefix = prefixes.find((candidate) => name.startsWith(`${candidate}.`));
  if (prefix === undefined) return [name];
  const bare = (full: string): string => full.slice(prefix.length + 1);
  const renamed = inMemoryName(name);
  return [name, bare(name), ...(renamed === name ? [] : [renamed, bare(renamed)])];
}

/** Name parts that compilation, data parallelism and sharding add for the wrapped model. */
const WRAPPERS = new Set(['_orig_mod', 'module', '_fsdp_wrapped_module', '_checkpoint_wrapped_module']);

/** Returns a tensor's name without the parts added by training tools, including Lightning's `model.` prefix. */
export function unwrappedName(name: string): string {
  const parts = name.split('.').filter((part) => !WRAPPERS.has(part));
  return (parts[0] === 'model' ? parts.slice(1) : parts).join('.');
}

/**
 * Returns the name of a parameter or module in transformers 5 at run time; conversion_mapping.py: "ViTModel" (also for
 * DeiT), "Dinov2Model", "Dinov2WithRegistersModel".
 */
export function inMemoryName(name: string): string {
  const attention = name
    .replace('attention.attention.query', 'attention.q_proj')
    .replace('attention.attention.key', 'attention.k_proj')
    .replace('attention.attention.value', 'attention.v_proj')
    .replace('attention.output.dense', 'attention.o_proj');
  if (name.startsWith('dinov2')) return attention;
  return attention
    .replace('encoder.layer.', 'layers.')
    .replace('intermediate.dense', 'mlp.fc1')
    .replace('output.dense', 'mlp.fc2');
}
