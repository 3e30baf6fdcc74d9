/**
 * The names under which a parameter may stand in a file, most usual first: as `ViTForImageClassification` of
 * transformers 4 and 5 saves it (our own name); as a bare `ViTModel` saves it, without the prefix; and both again with
 * the module names that transformers 5 has in memory, which tools that bypass `save_pretrained` write.
 */
export function weightNamesOnDisk(name: string): readonly string[] {
  const renamed = modernName(name);
  return [name, ...bare(name), ...(renamed === name ? [] : [renamed, ...bare(renamed)])];
}

const PREFIX = 'vit.';
const bare = (name: string): readonly string[] => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []);

/** transformers 5, conversion_mapping.py, "ViTModel". */
function modernName(name: string): string {
  return name
    .replace('vit.encoder.layer.', 'vit.layers.')
    .replace('attention.attention.query', 'attention.q_proj')
    .replace('attention.attention.key', 'attention.k_proj')
    .replace('attention.attention.value', 'attention.v_proj')
    .replace('attention.output.dense', 'attention.o_proj')
    .replace('intermediate.dense', 'mlp.fc1')
    .replace('output.dense', 'mlp.fc2');
}
