import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '#shared/ipc/errors';
import type { Tensor } from '../../engine/tensor';
import type { VitConfig } from '../../engine/vit/config';
import { poolingHeadName } from '../../engine/vit/names';
import { type ParameterSpec, parameterGroups } from '../../engine/vit/parameters';
import { parseVitConfig, problemType } from '../../engine/vit/parse-config';
import { unwrappedName, weightNamesOnDisk } from '../../engine/vit/weight-names';
import { CONFIG, explainFolder, INDEX, MODEL, timmModel } from './checkpoint-format';
import { type ImageProcessor, readImageProcessor } from './image-processor';
import { readJsonFile } from './read-json';
import { hashFile, openTensorsFile, type TensorsFile } from './tensor-files';

/** A checked Hugging Face checkpoint folder: every tensor that the model needs is present and has the right shape. */
export interface BackboneFolder {
  readonly folder: string;
  readonly config: VitConfig;
  readonly processor: ImageProcessor;
  /** Config, processor and weights files, relative to the folder. */
  readonly files: readonly string[];
  /** Whether there is a head that fits the checkpoint's own config and predicts one of several classes. */
  readonly hasHead: boolean;
  /** Notes for people, as sentences: assumptions made and content not used. */
  readonly notes: readonly string[];
  /**
   * Reads parameters, by their current names, as float32. The files stay open until `close`.
   *
   * @throws FoveaError `weights_unusable` for a tensor with NaN, infinite or too large values
   */
  read(names: Iterable<string>): Promise<Map<string, Tensor>>;
  close(): Promise<void>;
}

const HEAD = 'classifier.';

const bad = (message: string, hint: string, cause?: unknown) =>
  new FoveaError('backbone_invalid', message, { hint, cause });

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

async function weightFiles(folder: string, names: readonly string[]): Promise<readonly string[]> {
  if (names.includes(MODEL)) return [MODEL];
  if (!names.includes(INDEX)) throw await explainFolder(folder, names);
  const parsed = indexSchema.safeParse(await readJsonFile(join(folder, INDEX), INDEX));
  if (!parsed.success) throw bad(`${INDEX} does not list the weights.`, 'Copy or download the folder again.');
  const shards = [...new Set(Object.values(parsed.data.weight_map))].sort();
  if (shards.length === 0 || shards.length > MAX_SHARDS) {
    throw bad(`${INDEX} names ${shards.length} weights files.`, 'Copy or download the folder again.');
  }
  for (const shard of shards) {
    if (basename(shard) !== shard || !shard.endsWith('.safetensors')) {
      throw bad(`${INDEX} names a file that is not a safetensors file in this folder.`, 'Do not use this folder.');
    }
    if (!names.includes(shard))
      throw bad(`The weights file ${shard} is missing.`, 'Copy or download the folder again.');
  }
  return shards;
}

/** All shards stay open while the folder is open. */
export const MAX_SHARDS = 200;

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((x, i) => x === b[i]);
const shapeText = (shape: readonly number[]) => `[${shape.join(', ')}]`;

/** Tensors of all files, by their names without the wrappers that training tools add. */
class Weights {
  readonly #places = new Map<string, { readonly name: string; readonly file: TensorsFile }>();
  readonly #used = new Set<string>();

  constructor(files: Iterable<TensorsFile>) {
    for (const file of files) {
      for (const name of file.index.locations.keys()) {
        const plain = unwrappedName(name);
        if (this.#places.has(plain)) {
          throw bad(`The weights contain the tensor ${plain} twice.`, 'Save the model again with save_pretrained.');
        }
        this.#places.set(plain, { name, file });
      }
    }
  }

  find(parameter: string) {
    for (const plain of weightNamesOnDisk(parameter)) {
      const found = this.#places.get(plain);
      if (found === undefined) continue;
      this.#used.add(plain);
      return { ...found, shape: found.file.index.locations.get(found.name)?.shape ?? [] };
    }
    return null;
  }

  /** Names of tensors that `find` never returned. */
  get unused(): readonly string[] {
    return [...this.#places.keys()].filter((name) => !this.#used.has(name)).sort();
  }
}

/**
 * Opens a folder as written by `save_pretrained` (config.json and model.safetensors, or shards with their index) and
 * checks everything except the numbers, which `read` checks.
 *
 * @throws FoveaError `backbone_missing`, `backbone_invalid`, `backbone_pickle`, `backbone-unsupported`,
 *   `safetensors-invalid`, `not_a_file`, `file_too_large`
 */
export async function openBackboneFolder(folder: string): Promise<BackboneFolder> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new FoveaError('backbone_missing', 'The backbone folder cannot be opened.', {
      hint: 'Check that the folder still exists and that you have permission to read it.',
      cause: error,
    });
  }
  if (!names.includes(CONFIG)) throw await explainFolder(folder, names);
  const json = await readJsonFile(join(folder, CONFIG), CONFIG);
  const foreign = timmModel(json);
  if (foreign !== null) throw foreign;
  const described = parseVitConfig(json);
  const problem = problemType(json);
  const shards = await weightFiles(folder, names);
  const processor = await readImageProcessor(folder, names, described.family);

  const open: TensorsFile[] = [];
  const close = async () => {
    await Promise.all(open.map((file) => file.close()));
  };
  try {
    for (const shard of shards) open.push(await openTensorsFile(join(folder, shard)));
    const weights = new Weights(open);
    const config = withFoundPoolingHead(described, weights);
    const head = checkShapes(config, weights);
    const oneOfSeveral = problem === null || problem === 'single_label_classification';
    return {
      folder,
      config,
      processor,
      files: [
        CONFIG,
        ...(processor.file === null ? [] : [processor.file]),
        ...(shards.includes(MODEL) ? [] : [INDEX]),
        ...shards,
      ],
      hasHead: head === 'fits' && oneOfSeveral,
      notes: [
        ...processor.notes,
        ...(head === 'misfit' ? ['The head of the checkpoint does not match its config.json and is not used.'] : []),
        ...(head !== 'none' && !oneOfSeveral ? [otherProblem(problem)] : []),
        ...(names.includes('adapter_config.json')
          ? ['The folder also contains a PEFT adapter, which is not applied.']
          : []),
        ...unusedNotes(config, weights.unused),
      ],
      read: async (wanted) => {
        const tensors = new Map<string, Tensor>();
        for (const parameter of wanted) {
          const found = weights.find(parameter);
          if (found === null) throw new Error(`no tensor ${parameter}`);
          tensors.set(parameter, checkNumbers(found.name, await found.file.read(found.name)));
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

/** Leaves out SigLIP's pooling head, which classification does not use, if the weights were saved without it. */
function withFoundPoolingHead(config: VitConfig, weights: Weights): VitConfig {
  if (config.poolingHead !== true) return config;
  return { ...config, poolingHead: weights.find(poolingHeadName(config.family, 'probe')) !== null };
}

/** Checks that every tensor of the backbone is present with its shape, and returns the state of the head. */
function checkShapes(config: VitConfig, weights: Weights): 'none' | 'misfit' | 'fits' {
  const heads: boolean[] = [];
  for (const { name, shape } of parameterSpecs(config)) {
    const found = weights.find(name);
    if (name.startsWith(HEAD)) {
      if (found !== null) heads.push(sameShape(found.shape, shape));
      continue;
    }
    if (found === null) {
      throw bad(`The weights have no tensor ${name}.`, 'The checkpoint is incomplete. Copy or download it again.');
    }
    if (!sameShape(found.shape, shape)) {
      throw bad(
        `The tensor ${name} has the shape ${shapeText(found.shape)}, but config.json requires ${shapeText(shape)}.`,
        'config.json and the weights belong to different models. Copy the folder again.',
      );
    }
  }
  if (heads.length === 0) return 'none';
  return heads.length === 2 && heads.every(Boolean) ? 'fits' : 'misfit';
}

/** The square of a larger value may not be finite in float32. */
const MAX_VALUE = 1e18;

function checkNumbers(name: string, tensor: Tensor): Tensor {
  // A sum of squares would detect the same values but not identify them.
  const place = tensor.data.findIndex((value) => !(Math.abs(value) <= MAX_VALUE));
  if (place < 0) return tensor;
  const value = tensor.data[place] as number;
  const what = Number.isNaN(value)
    ? 'is not a number (NaN)'
    : Number.isFinite(value)
      ? `is ${value.toExponential(1)}`
      : 'is infinite';
  throw new FoveaError('weights_unusable', `A value in the tensor ${name} ${what}, so the model cannot be used.`, {
    hint: 'Its training diverged, or the file is damaged. Use an earlier checkpoint, or copy or download the folder again.',
  });
}

const otherProblem = (problem: string) =>
  problem === 'multi_label_classification'
    ? 'The head of the checkpoint predicts each class independently (multi_label_classification). Fovea predicts one of several classes, so a new head replaces it.'
    : `The head of the checkpoint is for another task (${problem.slice(0, 60)}). A new head replaces it.`;

/** Notes on weights for which the config has no place, for a person to decide whether that is intended. */
function unusedNotes(config: VitConfig, names: readonly string[]): string[] {
  const unused = names.filter((name) => !isOfTextTower(config, name) && !isPositionIds(name));
  const left = names.some((name) => isOfTextTower(config, name))
    ? ['The checkpoint is a model of images and text. Its text tower is not used.']
    : [];
  return [...left, ...strayNotes(config, unused)];
}

/** Tensors of SigLIP that compare images with texts. */
const isOfTextTower = ({ family }: VitConfig, name: string) =>
  family === 'siglip' && (name.startsWith('text_model.') || name === 'logit_scale' || name === 'logit_bias');
/** 0, 1, 2, …: constants that versions of transformers before 4.31 saved with the weights. */
const isPositionIds = (name: string) => name.endsWith('.position_ids');

function strayNotes(config: VitConfig, unused: readonly string[]): string[] {
  if (unused.length === 0) return [];
  const blockOf = (name: string) => Number(/\b(?:encoder\.layer|layers)\.(\d+)\./.exec(name)?.[1] ?? -1);
  const deepest = Math.max(...unused.map(blockOf));
  if (deepest >= config.layers) {
    return [`config.json uses ${config.layers} of the ${deepest + 1} layers in the weights.`];
  }
  const shown = unused.slice(0, 4).map((name) => name.slice(0, 80));
  return [
    `${unused.length === 1 ? 'One tensor' : `${unused.length} tensors`} of the weights ${unused.length === 1 ? 'does' : 'do'} not belong to the model and ${unused.length === 1 ? 'is' : 'are'} not used: ${shown.join(', ')}${unused.length > shown.length ? ', …' : ''}.`,
  ];
}

export const parameterSpecs = (config: VitConfig): readonly ParameterSpec[] =>
  parameterGroups(config).flatMap((group) => group.parameters);

const hashes = new Map<string, string>();

/** SHA-256 over the SHA-256 of each file, in order; cached while the size and time of a file stay the same. */
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
