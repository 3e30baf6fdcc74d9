import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type { Pipeline } from '#shared/models/pipeline';
import type { NamedTensors, Tensor } from '../engine/tensor';
import {
  FIRST_MOMENT,
  preprocessorConfig,
  SECOND_MOMENT,
  type TrainerFile,
  trainerFileSchema,
  VELOCITY,
} from '../engine/train/checkpoint';
import type { OptimizerState } from '../engine/train/session';
import type { VitConfig } from '../engine/vit/config';
import { parseVitConfig, toHfConfig } from '../engine/vit/parse-config';
import { explainWriteError, isMissing } from './file-errors';
import { hashFile, readTensorsFile, writeBytesFile, writeTensorsFile } from './tensor-files';

export interface CheckpointContent {
  readonly config: VitConfig;
  readonly pipeline: Pipeline;
  readonly parameters: NamedTensors;
  /** Null in `best`, which is there to predict. */
  readonly optimizer: OptimizerState | null;
  readonly trainer: Omit<TrainerFile, 'files' | 'version' | 'optimizerStep'>;
}

const TRAINER = 'trainer.json';
const OPTIMIZER = 'optimizer.safetensors';
const MODEL = 'model.safetensors';
/** Beside the folder: what is being written, and what is being replaced. */
const incoming = (folder: string) => `${folder}.incoming`;
const previous = (folder: string) => `${folder}.previous`;

const json = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** Makes a rename durable. Windows cannot open folders; there the file system's journal has to do. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a checkpoint folder as Hugging Face's `save_pretrained` would (config.json, model.safetensors,
 * preprocessor_config.json) with `trainer.json` and `optimizer.safetensors` beside. Everything goes to a temporary
 * folder first, is flushed, and then takes the place of `folder` by two renames; a kill at any moment leaves the old
 * folder, the new one, or the old one under a name that `recoverCheckpoint` knows.
 *
 * @throws FoveaError `disk_full`, `not_writable`; the previous checkpoint is then as it was
 */
export async function writeCheckpoint(folder: string, content: CheckpointContent): Promise<void> {
  const temporary = incoming(folder);
  try {
    await mkdir(dirname(folder), { recursive: true });
    await recoverCheckpoint(folder);
    await mkdir(temporary);
    const files: Record<string, string> = {
      'config.json': await writeBytesFile(join(temporary, 'config.json'), json(toHfConfig(content.config))),
      'preprocessor_config.json': await writeBytesFile(
        join(temporary, 'preprocessor_config.json'),
        json(preprocessorConfig(content.pipeline)),
      ),
      [MODEL]: await writeTensorsFile(join(temporary, MODEL), content.parameters, { format: 'pt' }),
    };
    if (content.optimizer !== null) {
      const moments = new Map<string, Tensor>();
      const { firstMoments, secondMoments } = content.optimizer;
      const first = secondMoments.size === 0 ? VELOCITY : FIRST_MOMENT;
      for (const [name, tensor] of firstMoments) moments.set(first + name, tensor);
      for (const [name, tensor] of secondMoments) moments.set(SECOND_MOMENT + name, tensor);
      files[OPTIMIZER] = await writeTensorsFile(join(temporary, OPTIMIZER), moments);
    }
    const trainer: TrainerFile = {
      version: 1,
      ...content.trainer,
      optimizerStep: content.optimizer?.step ?? null,
      files,
    };
    await writeBytesFile(join(temporary, TRAINER), json(trainer));
    await flushFolder(temporary);

    const old = previous(folder);
    await rename(folder, old).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    await rename(temporary, folder);
    await flushFolder(dirname(folder));
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw explainWriteError(error, 'a checkpoint');
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );

/** Tidies up after a kill: puts back a folder that was being replaced, removes half-written ones. */
export async function recoverCheckpoint(folder: string): Promise<void> {
  const old = previous(folder);
  if (await exists(folder)) await rm(old, { recursive: true, force: true });
  else if (await exists(old)) await rename(old, folder);
  await rm(incoming(folder), { recursive: true, force: true });
}

export interface Checkpoint {
  readonly folder: string;
  readonly trainer: TrainerFile;
}

const damaged = (folder: string, reason: string, cause?: unknown) =>
  new FoveaError('checkpoint_damaged', `The checkpoint "${basename(folder)}" is damaged: ${reason}.`, {
    hint: 'If the disk reports errors, copy the project elsewhere. Resume from the other checkpoint or start a new run.',
    cause,
  });

/**
 * Opens a checkpoint and verifies the SHA-256 of each of its files. Null where there is none.
 *
 * @throws FoveaError `checkpoint_damaged`
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint | null> {
  await recoverCheckpoint(folder);
  if (!(await exists(folder))) return null;
  let trainer: TrainerFile;
  try {
    trainer = trainerFileSchema.parse(JSON.parse(await readFile(join(folder, TRAINER), 'utf8')));
  } catch (error) {
    throw damaged(folder, `${TRAINER} cannot be read`, error);
  }
  const present = new Set(await readdir(folder));
  for (const [name, expected] of Object.entries(trainer.files)) {
    if (basename(name) !== name || !present.has(name)) throw damaged(folder, `${name} is missing`);
    if ((await hashFile(join(folder, name))) !== expected)
      throw damaged(folder, `${name} has changed since it was written`);
  }
  if (trainer.files[MODEL] === undefined) throw damaged(folder, `${MODEL} is missing`);
  return { folder, trainer };
}

export const readParameters = (checkpoint: Checkpoint): Promise<Map<string, Tensor>> =>
  readTensorsFile(join(checkpoint.folder, MODEL));

export const readConfig = async ({ folder }: Checkpoint): Promise<VitConfig> =>
  parseVitConfig(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));

/** What the optimizer remembers; null where the checkpoint has none. */
export async function readOptimizer({ folder, trainer }: Checkpoint): Promise<OptimizerState | null> {
  if (trainer.optimizerStep === null || trainer.files[OPTIMIZER] === undefined) return null;
  const firstMoments = new Map<string, Tensor>();
  const secondMoments = new Map<string, Tensor>();
  for (const [name, tensor] of await readTensorsFile(join(folder, OPTIMIZER))) {
    if (name.startsWith(FIRST_MOMENT)) firstMoments.set(name.slice(FIRST_MOMENT.length), tensor);
    else if (name.startsWith(SECOND_MOMENT)) secondMoments.set(name.slice(SECOND_MOMENT.length), tensor);
    else if (name.startsWith(VELOCITY)) firstMoments.set(name.slice(VELOCITY.length), tensor);
  }
  return { step: trainer.optimizerStep, firstMoments, secondMoments };
}
