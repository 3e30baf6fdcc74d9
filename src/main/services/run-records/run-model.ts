import { FoveaError } from '#shared/ipc/errors';
import type { RunRecord } from '#shared/models/run';
import type { ClassifyResult, ClassifySpec } from '../../engine-host/core/protocol';
import { bestCheckpoint, hasModel, readRunRecord } from './run-files';

/** A run with a model, and the record that states how to use the model. */
export interface RunModel {
  /** `runs/<id>` */
  readonly folder: string;
  readonly record: RunRecord;
}

/** Throws `no_model`, and the errors of `readRunRecord`. */
export async function openRunModel(folder: string): Promise<RunModel> {
  const record = await readRunRecord(folder);
  if (!hasModel(folder)) {
    throw new FoveaError('no_model', 'This run has no model yet.', {
      hint: 'Let it finish its first epoch, or choose another run.',
    });
  }
  return { folder, record };
}

/**
 * Classifies canonical rasters with a run's best model, with the device and pipeline of its record; an export overrides
 * model folder and device to check its own copy. `send` sends the request to the engine. Throws `run_damaged`, and the
 * errors of `send`.
 */
export async function classifyWithRun(
  { folder, record }: RunModel,
  request: Pick<ClassifySpec, 'rasters' | 'attention' | 'testTime'> &
    Partial<Pick<ClassifySpec, 'modelFolder' | 'device' | 'cacheFolder'>>,
  send: (spec: ClassifySpec) => Promise<ClassifyResult>,
): Promise<ClassifyResult> {
  const { pipeline, config, classes } = record;
  const result = await send({
    modelFolder: bestCheckpoint(folder),
    pipeline,
    device: config.device,
    threads: config.threads,
    batchSize: config.evaluationBatchSize,
    ...request,
  });
  requireClasses(classes, result.classes);
  return result;
}

/** Throws `run_damaged` if a checkpoint has other classes than its run. */
function requireClasses(recorded: readonly string[], found: readonly string[]): void {
  if (recorded.length === found.length && recorded.every((label, index) => label === found[index])) return;
  throw new FoveaError('run_damaged', 'The classes in the checkpoint and the configuration of this run do not match.', {
    hint: 'Restore the run folder from a copy, or train again.',
  });
}
