import { families } from './config';

/**
 * The names under which a parameter may stand in a file, most usual first: as the family's `…ForImageClassification` of
 * transformers 4 and 5 saves it (our own name); as the bare model saves it, without the prefix; and both again with the
 * module names that transformers 5 has in memory, which tools that bypass `save_pretrained` write.
 */
export function weightNamesOnDisk(name: string): readonly string[] {
  const family = families.find((prefix) => name.startsWith(`${prefix}.`));
  if (family === undefined) return [name];
  const bare = (full: string): string => full.slice(family.length + 1);
  const renamed = inMemoryName(name);
  return [name, bare(name), ...(renamed === name ? [] : [renamed, bare(renamed)])];
}

/** What compiling, data parallelism and sharding put into the names of the model that they wrap. */
const WRAPPERS = new Set(['_orig_mod', 'module', '_fsdp_wrapped_module', '_checkpoint_wrapped_module']);

/** The name of a tensor of a file without what training tools have put into it, and `model.` of Lightning before it. */
export function unwrappedName(name: string): string {
  const parts = name.split('.').filter((part) => !WRAPPERS.has(part));
  return (parts[0] === 'model' ? parts.slice(1) : parts).join('.');
}

/** Of a parameter or module in transformers 5 while it runs; conversion_mapping.py: "ViTModel" (also for DeiT), "Dinov2Model", "Dinov2WithRegistersModel". */
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
