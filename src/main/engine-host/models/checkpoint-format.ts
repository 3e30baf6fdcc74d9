import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';

export const CONFIG = 'config.json';
export const MODEL = 'model.safetensors';
export const INDEX = 'model.safetensors.index.json';

const invalid = (message: string, hint: string) => new FoveaError('backbone_invalid', message, { hint });

/** Weights of other programs, with the reason to refuse them. */
const otherFormats: readonly (readonly [ending: RegExp, what: string])[] = [
  [/\.onnx$/i, 'an ONNX model, which cannot be trained further'],
  [/\.gguf$/i, 'a GGUF model, which is for inference only'],
  [/\.(h5|keras)$/i, 'TensorFlow or Keras weights'],
  [/\.msgpack$/i, 'Flax weights'],
  [/\.(tflite|mlmodel|mlpackage)$/i, 'a mobile model'],
];
const isPickle = (name: string) =>
  /\.(bin|pth|pt|ckpt|pkl)$/i.test(name) && !/^(optimizer|scheduler|rng_state|scaler|training_args)\b/i.test(name);

const HUGGING_FACE_FOLDER =
  'Choose the folder of a Hugging Face model: config.json and model.safetensors, as save_pretrained writes them.';

/**
 * Explains why Fovea cannot read a folder as a checkpoint, and what to do. For folders without `config.json` or without
 * safetensors weights.
 */
export async function explainFolder(folder: string, names: readonly string[]): Promise<FoveaError> {
  if (names.includes('adapter_config.json')) {
    return invalid(
      'The folder contains a PEFT adapter (such as LoRA), not a complete model.',
      'On the computer where it was trained, merge it into its model and save the result: PeftModel.from_pretrained(model, FOLDER).merge_and_unload().save_pretrained(WHOLE). Then import WHOLE.',
    );
  }
  const inside = await modelsInside(folder, names);
  if (inside.length > 0) {
    return invalid(
      `The folder itself contains no model, but ${inside.length === 1 ? 'a folder in it does' : `${inside.length} folders in it do`}: ${inside.slice(0, 3).join(', ')}${inside.length > 3 ? ', …' : ''}.`,
      inside.some((name) => name.startsWith('checkpoint-'))
        ? 'This is the output folder of a Trainer. Choose one of its checkpoints.'
        : 'Choose that folder.',
    );
  }
  const hasConfig = names.includes(CONFIG);
  const pickle = names.find(isPickle);
  if (pickle !== undefined) return refusedPickle(pickle, hasConfig);
  for (const [ending, what] of otherFormats) {
    const name = names.find((one) => ending.test(one));
    if (name !== undefined) return invalid(`The folder contains ${what} (${name}).`, HUGGING_FACE_FOLDER);
  }
  const weights = names.find((name) => name.endsWith('.safetensors'));
  if (!hasConfig && weights !== undefined) {
    return invalid(
      `The folder has weights (${weights}) but no ${CONFIG}, which describes their model.`,
      `Add the ${CONFIG} of the model, or copy the complete folder again.`,
    );
  }
  if (hasConfig && weights !== undefined) {
    return invalid(
      `The folder has no ${MODEL}; its weights are called ${weights}.`,
      `If these are the complete weights of the model, rename the file to ${MODEL}.`,
    );
  }
  return invalid(hasConfig ? `The folder has no ${MODEL}.` : `The folder has no ${CONFIG}.`, HUGGING_FACE_FOLDER);
}

/** A pickle can run code when it is loaded. The hint names a way to convert it if there is one. */
function refusedPickle(name: string, hasConfig: boolean): FoveaError {
  return new FoveaError(
    'backbone_pickle',
    `The weights are a Python pickle (${name}). Reading a pickle can run arbitrary code, so Fovea refuses it.`,
    {
      hint: hasConfig
        ? 'On a computer where you trust the file, convert the folder with two lines of Python:␣' +
          'from transformers import AutoModelForImageClassification; ' +
          "AutoModelForImageClassification.from_pretrained('FOLDER').save_pretrained('FOLDER-safetensors')"
        : `It has no ${CONFIG}, so its model is unknown. On the computer where it was made, load it into its transformers model and call save_pretrained.`,
    },
  );
}

/**
 * Returns an error if `config` is that of a timm model, which has its own names of architectures and tensors; else
 * null.
 *
 * @param config parsed `config.json` of the folder
 */
export function timmModel(config: unknown): FoveaError | null {
  if (typeof config !== 'object' || config === null || 'model_type' in config) return null;
  if (!('pretrained_cfg' in config) || !('architecture' in config)) return null;
  const name = typeof config.architecture === 'string' ? ` (${config.architecture.slice(0, 60)})` : '';
  return new FoveaError(
    'backbone-unsupported',
    `The folder contains a timm model${name}, whose tensors have different names.`,
    {
      hint: 'Many of these models are also published for transformers, such as google/vit-base-patch16-224 and facebook/dinov2-small. Import one of those.',
    },
  );
}

/** Model folders one level down, or in `snapshots` of the hub's cache. */
async function modelsInside(folder: string, names: readonly string[]): Promise<string[]> {
  const list = (path: string) => readdir(path).catch((): string[] => []);
  const snapshots = names.includes('snapshots') ? await list(join(folder, 'snapshots')) : [];
  const candidates = [...names.slice(0, 200), ...snapshots.slice(0, 20).map((name) => `snapshots/${name}`)];
  const found: string[] = [];
  for (const name of candidates) {
    if ((await list(join(folder, name))).includes(CONFIG)) found.push(name);
  }
  return found.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
