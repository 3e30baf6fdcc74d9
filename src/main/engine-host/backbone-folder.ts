import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '#shared/ipc/errors';
import type { Tensor } from '../engine/tensor';
import type { VitConfig } from '../engine/vit/config';
import { type ParameterSpec, parameterGroups } from '../engine/vit/parameters';
import { parseVitConfig } from '../engine/vit/parse-config';
import { weightNamesOnDisk } from '../engine/vit/weight-names';
import { hashFile, openTensorsFile, type TensorsFile } from './tensor-files';

type Triple = readonly [number, number, number];

/** A checked Hugging Face checkpoint folder: every tensor that the model needs is there and has its shape. */
export interface BackboneFolder {
  readonly folder: string;
  readonly config: VitConfig;
  readonly mean: Triple;
  readonly std: Triple;
  /** The files that make it up, config and weights, relative to the folder. */
  readonly files: readonly string[];
  /** False where the checkpoint has no head, or one whose shape does not fit its own config. */
  readonly hasHead: boolean;
  /** Reads parameters under today's names as float32. The files are open until `close`. */
  read(names: Iterable<string>): Promise<Map<string, Tensor>>;
  close(): Promise<void>;
}

const MODEL = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
/** No real config or index comes near it. */
const MAXIMUM_JSON_BYTES = 32 * 1024 * 1024;
const HEAD = 'classifier.';

const bad = (message: string, hint: string, cause?: unknown) =>
  new FoveaError('backbone_invalid', message, { hint, cause });

async function readJson(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name);
  if ((await stat(path)).size > MAXIMUM_JSON_BYTES) throw bad(`${name} is far too large.`, 'Copy the folder again.');
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw bad(`${name} is not readable JSON.`, 'Copy or download the folder again.', error);
  }
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
const triple = z.tuple([z.number(), z.number(), z.number()]);
const processorSchema = z.object({ image_mean: triple.optional(), image_std: triple.optional() });

/** Weights that are pickles run code when they are loaded: they are refused, with the way to convert them. */
function refusePickles(names: readonly string[]): never {
  const pickle = names.find((name) => /\.(bin|pth|pt|ckpt|pkl)$/i.test(name));
  if (pickle === undefined) {
    throw bad(
      `The folder has no ${MODEL}.`,
      'Choose the folder that holds config.json and model.safetensors, as save_pretrained writes them.',
    );
  }
  throw new FoveaError(
    'backbone_pickle',
    `The weights are a Python pickle (${basename(pickle)}), which can run any code when it is read, so Fovea refuses it.`,
    {
      hint:
        'On a machine that trusts the file, convert the folder with two lines of Python: ' +
        'from transformers import AutoModelForImageClassification; ' +
        "AutoModelForImageClassification.from_pretrained('FOLDER').save_pretrained('FOLDER-safetensors', safe_serialization=True)",
    },
  );
}

async function weightFiles(folder: string, names: readonly string[]): Promise<readonly string[]> {
  if (names.includes(MODEL)) return [MODEL];
  if (!names.includes(INDEX)) return refusePickles(names);
  const parsed = indexSchema.safeParse(await readJson(folder, INDEX));
  if (!parsed.success) throw bad(`${INDEX} does not list the weights.`, 'Copy or download the folder again.');
  const shards = [...new Set(Object.values(parsed.data.weight_map))].sort();
  for (const shard of shards) {
    if (basename(shard) !== shard || !shard.endsWith('.safetensors')) {
      throw bad(`${INDEX} names a file that is no safetensors file of this folder.`, 'Do not use this folder.');
    }
    if (!names.includes(shard))
      throw bad(`The weights file ${shard} is missing.`, 'Copy or download the folder again.');
  }
  return shards;
}

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((x, i) => x === b[i]);
const shapeText = (shape: readonly number[]) => `[${shape.join(', ')}]`;

/**
 * Opens a folder as `save_pretrained` writes it (config.json and model.safetensors, or shards with their index) and
 * checks all of it but the numbers themselves.
 *
 * @throws FoveaError `backbone_missing`, `backbone_invalid`, `backbone_pickle`, `backbone-unsupported`,
 *   `safetensors-invalid`
 */
export async function openBackboneFolder(folder: string): Promise<BackboneFolder> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new FoveaError('backbone_missing', 'The backbone folder cannot be opened.', {
      hint: 'Check that the folder is still there and that you may read it.',
      cause: error,
    });
  }
  if (!names.includes('config.json')) {
    throw bad('The folder has no config.json.', 'Choose the folder of a Hugging Face model: config.json and weights.');
  }
  const config = parseVitConfig(await readJson(folder, 'config.json'));
  const shards = await weightFiles(folder, names);
  const processor = names.includes('preprocessor_config.json')
    ? processorSchema.safeParse(await readJson(folder, 'preprocessor_config.json'))
    : null;
  const half: Triple = [0.5, 0.5, 0.5];
  const std = (processor?.success && processor.data.image_std) || half;
  if (std.some((x) => !(x > 0)))
    throw bad('preprocessor_config.json has a standard deviation that is not positive.', 'Copy the folder again.');

  const open = new Map<string, TensorsFile>();
  const close = async () => {
    await Promise.all([...open.values()].map((file) => file.close()));
  };
  try {
    for (const shard of shards) open.set(shard, await openTensorsFile(join(folder, shard)));
    const find = (parameter: string) => {
      for (const name of weightNamesOnDisk(parameter)) {
        for (const file of open.values()) {
          const place = file.index.places.get(name);
          if (place !== undefined) return { name, file, place };
        }
      }
      return null;
    };
    let hasHead = true;
    for (const { name, shape } of parameterSpecs(config)) {
      const found = find(name);
      if (name.startsWith(HEAD)) {
        hasHead &&= found !== null && sameShape(found.place.shape, shape);
        continue;
      }
      if (found === null) {
        throw bad(`The weights lack the tensor ${name}.`, 'The checkpoint is incomplete: copy or download it again.');
      }
      if (!sameShape(found.place.shape, shape)) {
        throw bad(
          `The tensor ${name} has the shape ${shapeText(found.place.shape)}, but config.json asks for ${shapeText(shape)}.`,
          'config.json and the weights belong to different models: copy the folder again.',
        );
      }
    }
    return {
      folder,
      config,
      mean: (processor?.success && processor.data.image_mean) || half,
      std,
      files: [
        'config.json',
        ...(names.includes('preprocessor_config.json') ? ['preprocessor_config.json'] : []),
        ...(shards.includes(MODEL) ? [] : [INDEX]),
        ...shards,
      ],
      hasHead,
      read: async (wanted) => {
        const tensors = new Map<string, Tensor>();
        for (const parameter of wanted) {
          const found = find(parameter);
          if (found === null) throw new Error(`no tensor ${parameter}`);
          tensors.set(parameter, await found.file.read(found.name));
        }
        return tensors;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export const parameterSpecs = (config: VitConfig): readonly ParameterSpec[] =>
  parameterGroups(config).flatMap((group) => group.parameters);

const hashes = new Map<string, string>();

/** SHA-256 over the SHA-256 of each file, in order; remembered while size and time of a file stay the same. */
export async function hashFiles(folder: string, files: readonly string[]): Promise<string> {
  const whole = createHash('sha256');
  for (const name of files) {
    const path = join(folder, name);
    const { size, mtimeMs } = await stat(path);
    const key = `${path}\n${size}\n${mtimeMs}`;
    const hash = hashes.get(key) ?? (await hashFile(path));
    hashes.set(key, hash);
    whole.update(`${name} ${hash}\n`);
  }
  return whole.digest('hex');
}
