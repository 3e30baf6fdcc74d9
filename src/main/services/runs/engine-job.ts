import { cancelOnAbort } from '../../engine-host/client/cancel-on-abort';
import type { EngineClient } from '../../engine-host/client/client';
import type { EngineRequestName, EngineRequests } from '../../engine-host/core/protocol';
import type { JobHandle } from '../core/jobs';

const nouns: Readonly<Record<EngineRequestName, string>> = {
  train: 'a training run',
  findLearningRate: 'a learning rate test',
  evaluate: 'another evaluation',
  exportOnnx: 'an export',
  comparePrecisions: 'a comparison of fp32 and int8',
  bench: 'a measurement of speed',
  selftest: 'a self-test',
  classify: 'a prediction',
  estimate: 'an estimate',
  inspectBackbone: 'the reading of a checkpoint',
  devices: 'a look at the devices',
  fastestDevice: 'a look at the devices',
};

/** "waiting for a training run", "waiting for a training run and 2 more". */
export function waitText([first, ...more]: readonly [EngineRequestName, ...EngineRequestName[]]): string {
  return `waiting for ${nouns[first]}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}

/**
 * The part of a job that the engine does: while it waits for its turn, the job says what for; then how far it is.
 * Cancelled with the job. `work` is what it counts, in place of the engine's own words.
 */
export function askEngine<K extends EngineRequestName>(
  engine: Pick<EngineClient, 'request'>,
  job: JobHandle,
  name: K,
  input: EngineRequests[K]['input'],
  work?: { readonly phase: string; readonly total: number },
): Promise<EngineRequests[K]['output']> {
  const call = engine.request(name, input, {
    onTurn: ([first, ...more]) => {
      if (first !== undefined) job.progress(waitText([first, ...more]), 0, null, true);
      else if (work !== undefined) job.progress(work.phase, 0, work.total);
    },
    onProgress: (told, done, total) => job.progress(work?.phase ?? told, done, total),
  });
  return cancelOnAbort(call, job.signal);
}
