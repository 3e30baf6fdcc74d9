import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { writeSafetensors } from '../../engine/safetensors';
import type { VitConfig } from '../../engine/vit/config';
import { toHfConfig } from '../../engine/vit/hf-config';
import { namesOf } from '../../engine/vit/names';
import type { DistillationModel } from './distillation-spec';

/** Returns the `config.json` of a bare model, without a head. SigLIP's tower keeps its classifier's class and names. */
function bareConfig(config: VitConfig): Record<string, unknown> {
  const { id2label: _, label2id: _l, problem_type: _p, ...fields } = toHfConfig(config);
  const { architecture } = namesOf(config.family);
  const bare = config.family === 'siglip' ? architecture : architecture.replace('ForImageClassification', 'Model');
  return { ...fields, architectures: [bare], torch_dtype: 'float16' };
}

/**
 * Writes a student as `save_pretrained` of its bare model does: `config.json` and `model.safetensors` with half floats,
 * beside further files of the folder.
 */
export async function writeStudent(
  folder: string,
  { config, parameters }: DistillationModel,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const prefix = config.family === 'siglip' ? '' : `${namesOf(config.family).prefix}.`;
  const bare = new Map(
    [...parameters].map(([name, tensor]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, tensor]),
  );
  await writeFileAtomic(
    join(folder, 'model.safetensors'),
    Buffer.from(writeSafetensors(bare, { format: 'pt' }, 'F16')),
  );
  for (const [name, text] of [['config.json', `${JSON.stringify(bareConfig(config), null, 2)}\n`] as const, ...files]) {
    await writeFileAtomic(join(folder, name), text);
  }
}
