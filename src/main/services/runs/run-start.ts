import { FoveaError } from '#shared/ipc/errors';
import type { RunSummary } from '#shared/models/run';
import type { DecodePool } from '../../decode-host/client';
import { findDuplicates } from '../duplicates/duplicate-search';
import { lockRuns } from '../project/project-lock';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readRunRecord, readRunSamples, removeEvaluations } from '../run-records/run-files';
import { createRunFolders, type NewRun, requireReady } from './run-creation';
import { type PreparedRun, type PreviewServices, prepareRun } from './run-preview';
import type { RunQueue } from './run-queue';
import { withChanges } from './run-transitions';

/** Prepares runs, creates their folders and queues them, all or none. See `Runs.startAll`. */
export async function startRuns(
  services: PreviewServices & { readonly version: string; readonly pool: Pick<DecodePool, 'describe' | 'align'> },
  queue: RunQueue,
  project: OpenProject,
  wanted: readonly NewRun[],
): Promise<RunSummary[]> {
  // Unknown leaks would not block the runs: a project of an older version has not been searched yet.
  await findDuplicates(project, services.pool);
  const ready: { run: NewRun; prepared: PreparedRun }[] = [];
  for (const run of wanted) {
    const prepared = await prepareRun(services, project, run.config, run.samples, run.origin);
    requireReady(prepared);
    ready.push({ run, prepared });
  }
  const locks = wanted.map(() => lockRuns(project));
  try {
    const summaries = await createRunFolders(project, services.version, ready);
    const queued: RunSummary[] = [];
    for (const summary of summaries) queued.push(await queue.add(project, summary, locks.shift() ?? lockRuns(project)));
    return queued;
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** Queues an inactive run again. See `Runs.resume`. */
export async function requeueRun(queue: RunQueue, project: OpenProject, summary: RunSummary): Promise<RunSummary> {
  if (!summary.resumable) {
    throw new FoveaError('run_not_resumable', 'This run has finished.', {
      hint: 'Start a new run with the same configuration.',
    });
  }
  const folder = runFolder(project.folder, summary.id);
  await readRunRecord(folder);
  await readRunSamples(folder);
  const lock = lockRuns(project);
  await removeEvaluations(folder).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  return queue.add(project, withChanges(summary, { state: 'queued', finishedAt: null, error: null }), lock);
}
