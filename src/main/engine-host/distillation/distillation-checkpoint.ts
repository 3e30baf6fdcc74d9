import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { FoveaError } from '#shared/ipc/errors';
import { readSafetensors, toFloat32, writeSafetensors } from '../../engine/safetensors';
import type { NamedTensors, Tensor } from '../../engine/tensor';
import { AVERAGE, FIRST_MOMENT, SECOND_MOMENT } from '../../engine/train/checkpoint';
import type { OptimizerState } from '../../engine/train/session';
import type { FeatureStatistics } from './statistics';

const FILE = 'checkpoint.safetensors';
const PARAMETER = 'parameter/';
const STATISTICS = ['statistics/mean', 'statistics/deviation'] as const;

const stateSchema = z.object({
  version: z.literal(1),
  /** Hash of everything that determines the result. */
  spec: z.string(),
  stage: z.number().int().min(0),
  /** Steps of this stage done. */
  step: z.number().int().min(0),
  /** Images per run, if memory allowed only a part of a batch. */
  part: z.number().int().min(1).optional(),
  /** Time spent, by the clock and by the processor. */
  seconds: z.number().min(0),
  processorSeconds: z.number().min(0),
  /** Sum of losses since the last line of the log. */
  lossSum: z.number(),
  lossSteps: z.number().int().min(0),
});
export type DistillationState = z.infer<typeof stateSchema>;

export interface DistillationCheckpoint {
  readonly state: DistillationState;
  readonly parameters: NamedTensors;
  readonly optimizer: OptimizerState;
  readonly statistics: FeatureStatistics;
}

/** Writes one file, which is complete or the previous one: a kill loses the steps since then and nothing else. */
export async function writeDistillationCheckpoint(folder: string, checkpoint: DistillationCheckpoint): Promise<void> {
  const { state, parameters, optimizer, statistics } = checkpoint;
  const vector = (data: Float32Array): Tensor => ({ shape: [data.length], data });
  const named = (prefix: string, tensors: NamedTensors) =>
    [...tensors].map(([name, tensor]) => [`${prefix}${name}`, tensor] as const);
  const tensors = new Map<string, Tensor>([
    ...named(PARAMETER, parameters),
    ...named(FIRST_MOMENT, optimizer.firstMoments),
    ...named(SECOND_MOMENT, optimizer.secondMoments),
    ...named(AVERAGE, optimizer.averages),
    [STATISTICS[0], vector(statistics.mean)],
    [STATISTICS[1], vector(statistics.deviation)],
  ]);
  const { part } = optimizer;
  const metadata = { state: JSON.stringify({ ...state, ...(part === undefined ? {} : { part }) }) };
  await writeFileAtomic(join(folder, FILE), Buffer.from(writeSafetensors(tensors, metadata).buffer));
}

/**
 * Reads the checkpoint of a folder, or null if there is none.
 *
 * @param spec hash that the checkpoint must have
 * @throws FoveaError `distillation_changed` if it belongs to other settings, pictures or models
 */
export function readDistillationCheckpoint(folder: string, spec: string): DistillationCheckpoint | null {
  const path = join(folder, FILE);
  if (!existsSync(path)) return null;
  const { tensors, metadata } = readSafetensors(readFileSync(path));
  const state = stateSchema.parse(JSON.parse(metadata.get('state') ?? 'null'));
  if (state.spec !== spec) {
    throw new FoveaError('distillation_changed', 'The folder holds a distillation with other settings.', {
      hint: 'Use the same teacher, student, pictures and settings to continue it, or another folder.',
    });
  }
  const under = (prefix: string): NamedTensors =>
    new Map(
      [...tensors]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, entry]) => [name.slice(prefix.length), toFloat32(entry, name)]),
    );
  const vector = (name: string): Float32Array => {
    const entry = tensors.get(name);
    if (entry === undefined) throw new Error(`the checkpoint has no ${name}`);
    return toFloat32(entry, name).data;
  };
  const stageStep = state.step;
  return {
    state,
    parameters: under(PARAMETER),
    optimizer: {
      step: stageStep,
      firstMoments: under(FIRST_MOMENT),
      secondMoments: under(SECOND_MOMENT),
      averages: under(AVERAGE),
      ...(state.part === undefined ? {} : { part: state.part }),
    },
    statistics: { mean: vector(STATISTICS[0]), deviation: vector(STATISTICS[1]) },
  };
}
