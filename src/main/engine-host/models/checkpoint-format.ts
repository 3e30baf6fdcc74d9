import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';

export const CONFIG = 'config.json';
export const MODEL = 'model.safetensors';
export const INDEX = 'model.safetensors.index.json';

const invalid = (message: string, hint: string) => new FoveaError('backbone_invalid', message, { hint });

/** Weights of other programs, and what becomes of them. */
const others: readonly (readonly [ending: RegExp, what: string])[] = [
  [/\.onnx$/i, 'an ONNX model, which is finished and cannot be trained on'],
  [/\.gguf$/i, 'a GGUF model, which is for inference'],
  [/\.(h5|keras)$/i, 'weights of TensorFlow or Keras'],
  [/\.msgpack$/i, 'weights of Flax'],
  [/\.(tflite|mlmodel|mlpackage)$/i, 'a model for phones'],
];
const isPickle = (name: string) =>
  /\.(bin|pth|pt|ckpt|pkl)$/i.test(name) && !/^(optimizer|scheduler|rng_state|scaler|training_args)\b/i.test(name);

const HUGGING_FACE_FOLDER =
  'Choose the folder of a Hugging Face model: config.json and model.safetensors, as save_pretrained writes them.';

/**
 * Why a folder is no checkpoint that Fovea reads, and what to do. It is for folders without `config.json`, or without
 * weights as safetensors.
 */
export async function explainFolder(folder: string, names: readonly string[]): Promise<FoveaError> {
  if (names.includes('adapter_config.json')) {
    return invalid(
      'The folder holds an adapter of PEFT (LoRA or alike), which is a change to a model and not a model.',
      'Where it was trained, merge it into its model and save the whole: PeftModel.from_pretrained(model, FOLDER).merge_and_unload().save_pretrained(WHOLE). Then import WHOLE.',
    );
  }
  const inside = await modelsInside(folder, names);
  if (inside.length > 0) {
    return invalid(
      `The folder itself holds no model, but ${inside.length === 1 ? 'a folder in it does' : `${inside.length} folders in it do`}: ${inside.slice(0, 3).join(', ')}${inside.length > 3 ? ', …' : ''}.`,
      inside.some((name) => name.startsWith('checkpoint-'))
        ? 'It is the output folder of a Trainer: choose one of its checkpoints.'
        : 'Choose that folder.',
    );
  }
  const hasConfig = names.includes(CONFIG);
  const pickle = names.find(isPickle);
  if (pickle !== undefined) return refusedPickle(pickle, hasConfig);
  for (const [ending, what] of others) {
    const name = names.find((one) => ending.test(one));
    if (name !== undefined) return invalid(`The folder holds ${what} (${name}).`, HUGGING_FACE_FOLDER);
  }
  const weights = names.find((name) => name.endsWith('.safetensors'));
  if (!hasConfig && weights !== undefined) {
    return invalid(
      `The folder has weights (${weights}) but no ${CONFIG}, which says what model they belong to.`,
      `Put the ${CONFIG} of the model beside them, or get the whole folder again.`,
    );
  }
  if (hasConfig && weights !== undefined) {
    return invalid(
      `The folder has no ${MODEL}; its weights are called ${weights}.`,
      `Where these are the model's whole weights, rename the file to ${MODEL}.`,
    );
  }
  return invalid(hasConfig ? `The folder has no ${MODEL}.` : `The folder has no ${CONFIG}.`, HUGGING_FACE_FOLDER);
}

/** A pickle runs code when it is loaded. The way to convert it is named where there is one. */
function refusedPickle(name: string, hasConfig: boolean): FoveaError {
  return new FoveaError(
    'backbone_pickle',
    `The weights are a Python pickle (${name}), which can run any code when it is read, so Fovea refuses it.`,
    {
      hint: hasConfig
        ? 'On a machine that trusts the file, convert the folder with two lines of Python: ' +
          'from transformers import AutoModelForImageClassification; ' +
          "AutoModelForImageClassification.from_pretrained('FOLDER').save_pretrained('FOLDER-safetensors')"
        : `It has no ${CONFIG} beside it, so it is not known what model it is. Where it was made, load it into its transformers model and call save_pretrained.`,
    },
  );
}

/**
 * timm saves its own architecture names and its own names of tensors.
 *
 * @param config of the folder
 */
export function timmModel(config: unknown): FoveaError | null {
  if (typeof config !== 'object' || config === null || 'model_type' in config) return null;
  if (!('pretrained_cfg' in config) || !('architecture' in config)) return null;
  const name = typeof config.architecture === 'string' ? ` (${config.architecture.slice(0, 60)})` : '';
  return new FoveaError(
    'backbone-unsupported',
    `The folder holds a model of timm${name}, whose tensors have other names.`,
    {
      hint: 'Many such models are also published for transformers, such as google/vit-base-patch16-224 or facebook/dinov2-small: import one of those.',
    },
  );
}

/** Folders one level down, or where the hub's cache keeps them, that look like a model. Links are not followed into. */
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
