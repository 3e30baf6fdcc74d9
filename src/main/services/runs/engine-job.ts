import type { EngineWork, WorkPhase } from '#shared/models/job';
import { cancelOnAbort } from '../../engine-host/client/cancel-on-abort';
import type { EngineClient } from '../../engine-host/client/client';
import type { EngineRequestName, EngineRequests } from '../../engine-host/core/protocol';
import type { JobHandle } from '../core/jobs';

export const workOf: Readonly<Record<EngineRequestName, EngineWork>> = {
  train: 'training',
  findLearningRate: 'rate-test',
  distil: 'distillation',
  evaluate: 'evaluation',
  exportOnnx: 'export',
  comparePrecisions: 'precision-check',
  bench: 'bench',
  selftest: 'selftest',
  classify: 'prediction',
  estimate: 'estimate',
  prepareBatch: 'batch-check',
  inspectBackbone: 'checkpoint-inspection',
  devices: 'device-check',
  fastestDevice: 'device-check',
  speed: 'device-check',
};

/**
 * Sends an engine request as part of a job. The job reports the requests ahead of it while it is queued, then its
 * progress. Cancelled with the job. `counts` replaces the engine's own phases in the reports.
 */
export function requestEngine<K extends EngineRequestName, Phase extends WorkPhase>(
  engine: Pick<EngineClient, 'request'>,
  job: JobHandle<Phase>,
  name: K,
  input: EngineRequests[K]['input'],
  counts?: { readonly phase: Phase; readonly total: number },
): Promise<EngineRequests[K]['output']> {
  const call = engine.request(name, input, {
    onTurn: (ahead) => {
      if (ahead.length > 0) job.reportQueued(ahead.map((one) => workOf[one]));
      else if (counts !== undefined) job.progress(counts.phase, 0, counts.total);
    },
    // The engine reports phases of the job that sent the request.
    onProgress: (phase, done, total) => job.progress(counts?.phase ?? (phase as Phase), done, total),
  });
  return cancelOnAbort(call, job.signal);
}
