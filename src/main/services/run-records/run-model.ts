import { FoveaError } from '#shared/ipc/errors';
import type { RunRecord } from '#shared/models/run';
import type { ClassifyResult, ClassifySpec } from '../../engine-host/core/protocol';
import { bestCheckpoint, hasModel, readRunRecord } from './run-files';

/** A run that has a model, with the record that the model is used by. */
export interface RunModel {
  /** `runs/<id>` */
  readonly folder: string;
  readonly record: RunRecord;
}

/** Throws `no_model`, and what `readRunRecord` throws. */
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
 * Classifies canonical rasters with a run's best model, on the device and behind the pipeline of its record; an export is
 * checked with its own copy of the model on another device. `ask` puts the request to the engine. Throws `run_damaged`,
 * and what `ask` throws.
 */
export async function classifyWithRun(
  { folder, record }: RunModel,
  request: Pick<ClassifySpec, 'rasters' | 'attention' | 'testTime'> &
    Partial<Pick<ClassifySpec, 'modelFolder' | 'device'>>,
  ask: (spec: ClassifySpec) => Promise<ClassifyResult>,
): Promise<ClassifyResult> {
  const { pipeline, config, classes } = record;
  const answer = await ask({
    modelFolder: bestCheckpoint(folder),
    pipeline,
    device: config.device,
    threads: config.threads,
    batchSize: config.evaluationBatchSize,
    ...request,
  });
  requireClasses(classes, answer.classes);
  return answer;
}

/** Throws `run_damaged` where a checkpoint is of other classes than its run. */
function requireClasses(recorded: readonly string[], found: readonly string[]): void {
  if (recorded.length === found.length && recorded.every((label, index) => label === found[index])) return;
  throw new FoveaError('run_damaged', 'The classes in the checkpoint and the configuration of this run do not match.', {
    hint: 'Restore the run folder from a copy, or train again.',
  });
}
