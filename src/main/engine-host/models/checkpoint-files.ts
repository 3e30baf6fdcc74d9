import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type { Pipeline } from '#shared/models/pipeline';
import type { LoraSettings } from '#shared/training/lora';
import { preprocessorConfig } from '../../engine/export/processor-config';
import type { NamedTensors, Tensor } from '../../engine/tensor';
import {
  AVERAGE,
  FIRST_MOMENT,
  SECOND_MOMENT,
  type TrainerFile,
  trainerFileSchema,
  VELOCITY,
} from '../../engine/train/checkpoint';
import type { OptimizerState } from '../../engine/train/session';
import type { VitConfig } from '../../engine/vit/config';
import { toHfConfig } from '../../engine/vit/hf-config';
import { isAdapterName } from '../../engine/vit/lora';
import { parseVitConfig } from '../../engine/vit/parse-config';
import { fromPeftTensors, peftConfig, toPeftTensors } from '../../engine/vit/peft-adapter';
import { diskFailed, explainWriteError, isDiskGone } from '../core/file-errors';
import { type CheckpointSlot, closeSlot, exists, flushFolder, openSlot } from './checkpoint-slots';
import { hashFile, readTensorsFile, writeBytesFile, writeTensorsFile } from './tensor-files';

export interface CheckpointContent {
  readonly config: VitConfig;
  readonly pipeline: Pipeline;
  readonly parameters: NamedTensors;
  /** Settings of the adapters among the parameters; null if there are none. */
  readonly lora: LoraSettings | null;
  /** Null in `best`, which only predicts. */
  readonly optimizer: OptimizerState | null;
  readonly trainer: Omit<TrainerFile, 'files' | 'version' | 'optimizerStep' | 'part' | 'lossScale'>;
}

const TRAINER = 'trainer.json';
const OPTIMIZER = 'optimizer.safetensors';
const MODEL = 'model.safetensors';
/** Adapters get their own folder: transformers treats any folder with an `adapter_config.json` as an adapter only. */
const ADAPTER = 'adapter';
const ADAPTER_MODEL = `${ADAPTER}/adapter_model.safetensors`;
const ADAPTER_CONFIG = `${ADAPTER}/adapter_config.json`;
const knownFiles: ReadonlySet<string> = new Set([
  ...['config.json', 'preprocessor_config.json', MODEL, OPTIMIZER],
  ...[ADAPTER_MODEL, ADAPTER_CONFIG],
]);

const json = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/**
 * Writes a checkpoint folder in the format of Hugging Face's `save_pretrained` (config.json, model.safetensors,
 * preprocessor_config.json) with `trainer.json` and `optimizer.safetensors`, and unmerged adapters in PEFT's format in
 * the folder `adapter`. Everything is written to a temporary folder, flushed and read back before it enters the slot.
 *
 * @throws FoveaError `disk_full`, `not_writable`, `checkpoint_unverified`; earlier versions are then unchanged
 */
export async function writeCheckpoint(slot: CheckpointSlot, content: CheckpointContent): Promise<void> {
  const { incoming } = slot;
  try {
    await openSlot(slot);
    const files: Record<string, string> = {
      'config.json': await writeBytesFile(join(incoming, 'config.json'), json(toHfConfig(content.config))),
      'preprocessor_config.json': await writeBytesFile(
        join(incoming, 'preprocessor_config.json'),
        json(preprocessorConfig(content.pipeline)),
      ),
      [MODEL]: await writeTensorsFile(join(incoming, MODEL), withoutAdapters(content.parameters), { format: 'pt' }),
    };
    if (content.lora !== null) Object.assign(files, await writeAdapter(incoming, content, content.lora));
    if (content.optimizer !== null) {
      files[OPTIMIZER] = await writeTensorsFile(join(incoming, OPTIMIZER), optimizerTensors(content.optimizer));
    }
    const trainer: TrainerFile = {
      version: 1,
      ...content.trainer,
      optimizerStep: content.optimizer?.step ?? null,
      ...(content.optimizer?.part === undefined ? {} : { part: content.optimizer.part }),
      ...(content.optimizer?.lossScale === undefined ? {} : { lossScale: content.optimizer.lossScale }),
      files,
    };
    const record = await writeBytesFile(join(incoming, TRAINER), json(trainer));
    await flushFolder(incoming);
    await verifyWritten(incoming, { ...files, [TRAINER]: record });
    await closeSlot(slot);
  } catch (error) {
    await rm(incoming, { recursive: true, force: true }).catch(() => {});
    throw explainWriteError(error, 'a checkpoint');
  }
}

/** Size of a checkpoint's tensors on disk. */
export function checkpointBytes({ parameters, optimizer }: CheckpointContent): number {
  const state = optimizer === null ? new Map<string, Tensor>() : optimizerTensors(optimizer);
  return [...parameters.values(), ...state.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}

const withoutAdapters = (parameters: NamedTensors): NamedTensors =>
  new Map([...parameters].filter(([name]) => !isAdapterName(name)));

async function writeAdapter(folder: string, { config, parameters }: CheckpointContent, lora: LoraSettings) {
  await mkdir(join(folder, ADAPTER));
  const settings = peftConfig(lora, config.family);
  const files: Record<string, string> = {
    [ADAPTER_CONFIG]: await writeBytesFile(join(folder, ADAPTER_CONFIG), json(settings)),
    [ADAPTER_MODEL]: await writeTensorsFile(join(folder, ADAPTER_MODEL), toPeftTensors(parameters), { format: 'pt' }),
  };
  await flushFolder(join(folder, ADAPTER));
  return files;
}

function optimizerTensors({ firstMoments, secondMoments, averages }: OptimizerState): NamedTensors {
  const tensors = new Map<string, Tensor>();
  const first = secondMoments.size === 0 ? VELOCITY : FIRST_MOMENT;
  for (const [name, tensor] of firstMoments) tensors.set(first + name, tensor);
  for (const [name, tensor] of secondMoments) tensors.set(SECOND_MOMENT + name, tensor);
  for (const [name, tensor] of averages) tensors.set(AVERAGE + name, tensor);
  return tensors;
}

/** Reads the files back before an older checkpoint is replaced. */
async function verifyWritten(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, expected] of Object.entries(files)) {
    if ((await hashFile(join(folder, name))) === expected) continue;
    throw new FoveaError('checkpoint_unverified', `${name} of a checkpoint does not read back as written.`, {
      hint: 'The disk or memory may be failing. Earlier checkpoints are kept, and the run can be resumed.',
    });
  }
}

export interface Checkpoint {
  readonly folder: string;
  readonly trainer: TrainerFile;
}

const damaged = (folder: string, reason: string, cause?: unknown) =>
  new FoveaError('checkpoint_damaged', `The checkpoint "${basename(folder)}" is damaged: ${reason}.`, {
    hint: 'If the disk reports errors, copy the project elsewhere. Then start a new run with the same settings.',
    cause,
  });

const unreadable = (folder: string, name: string, error: unknown) =>
  isDiskGone(error)
    ? diskFailed('a checkpoint could not be read', error)
    : damaged(folder, `${name} cannot be read`, error);

/**
 * Opens a checkpoint and verifies the SHA-256 of each of its files. Returns null if there is none. Changes nothing.
 *
 * @throws FoveaError `checkpoint_damaged`, `disk_failed`
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint | null> {
  if (!(await exists(folder))) return null;
  let trainer: TrainerFile;
  try {
    trainer = trainerFileSchema.parse(JSON.parse(await readFile(join(folder, TRAINER), 'utf8')));
  } catch (error) {
    throw unreadable(folder, TRAINER, error);
  }
  for (const [name, expected] of Object.entries(trainer.files)) {
    if (!knownFiles.has(name) || !(await exists(join(folder, name)))) throw damaged(folder, `${name} is missing`);
    const hash = await hashFile(join(folder, name)).catch((error: unknown) => {
      throw unreadable(folder, name, error);
    });
    if (hash !== expected) throw damaged(folder, `${name} has changed since it was written`);
  }
  if (trainer.files[MODEL] === undefined) throw damaged(folder, `${MODEL} is missing`);
  return { folder, trainer };
}

/** Reads all parameters, including unmerged adapters. */
export async function readParameters({ folder, trainer }: Checkpoint): Promise<NamedTensors> {
  const parameters = await readTensorsFile(join(folder, MODEL));
  if (trainer.files[ADAPTER_MODEL] === undefined) return parameters;
  return new Map([...parameters, ...fromPeftTensors(await readTensorsFile(join(folder, ADAPTER_MODEL)))]);
}

export const readConfig = async ({ folder }: Checkpoint): Promise<VitConfig> =>
  parseVitConfig(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));

/** Reads the optimizer state; null if the checkpoint has none. */
export async function readOptimizer({ folder, trainer }: Checkpoint): Promise<OptimizerState | null> {
  if (trainer.optimizerStep === null || trainer.files[OPTIMIZER] === undefined) return null;
  const firstMoments = new Map<string, Tensor>();
  const secondMoments = new Map<string, Tensor>();
  const averages = new Map<string, Tensor>();
  for (const [name, tensor] of await readTensorsFile(join(folder, OPTIMIZER))) {
    if (name.startsWith(FIRST_MOMENT)) firstMoments.set(name.slice(FIRST_MOMENT.length), tensor);
    else if (name.startsWith(SECOND_MOMENT)) secondMoments.set(name.slice(SECOND_MOMENT.length), tensor);
    else if (name.startsWith(VELOCITY)) firstMoments.set(name.slice(VELOCITY.length), tensor);
    else if (name.startsWith(AVERAGE)) averages.set(name.slice(AVERAGE.length), tensor);
  }
  const { optimizerStep, part, lossScale } = trainer;
  return {
    step: optimizerStep,
    firstMoments,
    secondMoments,
    averages,
    ...(part === undefined ? {} : { part }),
    ...(lossScale === undefined ? {} : { lossScale }),
  };
}
