import { rm } from 'node:fs/promises';
import { FoveaError } from '#shared/ipc/errors';
import { type EpochRecord, ORPHANED_CODE, type RunRecord, type RunSummary } from '#shared/models/run';
import type { BestMetric } from '#shared/models/run-config';
import { totalEpochs } from '#shared/training/stages';
import { deleteRun, saveRun, storedRun, storedRuns } from '../../store/runs';
import { lockRuns, type RunsLock } from '../project/project-lock';
import { runFolder, runsFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import {
  hasCheckpoint,
  hasModel,
  readRunRecord,
  readRunSummary,
  runFolderIds,
  writeRunSummary,
} from '../run-records/run-files';
import { readHistory } from '../run-records/run-log';
import { withChanges } from './run-transitions';

/**
 * Storage of a project's runs: rows in its database, with a copy in each run folder from which a lost row is rebuilt.
 * The files on disk determine whether a run has a model.
 */

/** Whether some process trains or queues the run. */
const isActive = (summary: RunSummary): boolean => summary.state === 'running' || summary.state === 'queued';

/** The summary with the current state of its folder. */
function withDiskState(project: OpenProject, summary: RunSummary): RunSummary {
  const folder = runFolder(project.folder, summary.id);
  return {
    ...summary,
    hasModel: hasModel(folder),
    // Without a checkpoint it starts again, with the same random numbers.
    resumable: !isActive(summary) && summary.state !== 'finished',
  };
}

export async function saveSummary(project: OpenProject, summary: RunSummary): Promise<RunSummary> {
  const fresh = withDiskState(project, summary);
  saveRun(project.store, fresh);
  await writeRunSummary(runFolder(project.folder, summary.id), fresh);
  return fresh;
}

/** Newest first. */
export async function listRuns(project: OpenProject, isOurs: (run: string) => boolean): Promise<RunSummary[]> {
  if (!project.store.isReadOnly) {
    await adoptFolders(project);
    await closeOrphans(project, isOurs);
  }
  return storedRuns(project.store).map((summary) => withDiskState(project, summary));
}

/** Throws `run_unknown`. */
export async function findRun(project: OpenProject, id: string, isOurs: (run: string) => boolean): Promise<RunSummary> {
  let summary = /^[\w-]+$/.test(id) ? storedRun(project.store, id) : null;
  if (summary === null || (isActive(summary) && !isOurs(id))) {
    summary = (await listRuns(project, isOurs)).find((one) => one.id === id) ?? null;
  }
  if (summary === null) {
    throw new FoveaError('run_unknown', `There is no run “${id}” in this project.`, {
      hint: 'List the runs of the project to see their names.',
    });
  }
  return withDiskState(project, summary);
}

export async function removeRun(project: OpenProject, id: string): Promise<void> {
  deleteRun(project.store, id);
  await rm(runFolder(project.folder, id), { recursive: true, force: true });
}

/** Adds rows for run folders that the database lacks: folders copied in, or newer than a restored database. */
async function adoptFolders(project: OpenProject): Promise<void> {
  const known = new Set(storedRuns(project.store).map((summary) => summary.id));
  for (const id of await runFolderIds(runsFolder(project.folder))) {
    if (known.has(id)) continue;
    const folder = runFolder(project.folder, id);
    const summary = (await readRunSummary(folder)) ?? (await rebuildSummary(folder));
    if (summary?.id === id) saveRun(project.store, summary);
  }
}

async function rebuildSummary(folder: string): Promise<RunSummary | null> {
  const record = await readRunRecord(folder).catch(() => null);
  if (record === null) return null;
  const history = await readHistory(folder);
  const best = history.findLast((epoch) => epoch.isBest);
  const epochsDone = history.at(-1)?.epoch ?? 0;
  const { bestMetric } = record.config;
  return {
    ...newSummary(record, backboneName(record.config.backbone)),
    state: epochsDone >= totalEpochs(record.config) ? 'finished' : 'interrupted',
    epochsDone,
    best: best === undefined ? null : bestOf(best, bestMetric),
    seconds: history.reduce((sum, epoch) => sum + epoch.seconds, 0),
  };
}

/** The summary of a run that has not started. */
export function newSummary(record: RunRecord, name: string): RunSummary {
  return {
    id: record.id,
    name,
    state: 'queued',
    backbone: backboneName(record.config.backbone),
    preset: record.config.preset,
    device: record.config.device,
    createdAt: record.createdAt,
    finishedAt: null,
    epochsDone: 0,
    epochs: totalEpochs(record.config),
    best: null,
    seconds: 0,
    error: null,
    hasModel: false,
    resumable: false,
    queueOrder: 0,
    experiment: record.experiment,
    signOff: record.signOff,
    parent: record.parent,
  };
}

/** If AUC is missing (a class without validation images), accuracy is used, as in the training loop. */
export function bestOf(record: EpochRecord, metric: BestMetric): NonNullable<RunSummary['best']> {
  return { epoch: record.epoch, metric, value: record.metrics[metric] ?? record.metrics.accuracy };
}

/** The last part of a folder's path, or the name itself (which may contain one “/”). */
export function backboneName(backbone: string): string {
  if (!/^([/\\~.]|[a-z]:[/\\])/i.test(backbone)) return backbone;
  return backbone.split(/[/\\]/).findLast((part) => part !== '') ?? backbone;
}

/** Marks runs left behind by a dead process as interrupted, with advice on how to continue. */
async function closeOrphans(project: OpenProject, isOurs: (run: string) => boolean): Promise<void> {
  const orphans = storedRuns(project.store).filter((summary) => isActive(summary) && !isOurs(summary.id));
  if (orphans.length === 0) return;
  let lock: RunsLock;
  try {
    lock = lockRuns(project);
  } catch (error) {
    // Another Fovea process is alive and has them.
    if (error instanceof FoveaError && error.code === 'project_busy') return;
    throw error;
  }
  try {
    for (const orphan of orphans) {
      const begun = orphan.state === 'running';
      const interrupted = withChanges(orphan, {
        state: 'interrupted',
        finishedAt: new Date().toISOString(),
        error: {
          code: ORPHANED_CODE,
          message: begun
            ? 'Fovea was closed or lost power while this run was training.'
            : 'Fovea was closed before this run started.',
          hint: hasCheckpoint(runFolder(project.folder, orphan.id))
            ? 'Resume it to continue from its last checkpoint.'
            : begun
              ? 'Resume it to start again; it had not saved a checkpoint yet.'
              : 'Resume it to put it back in the queue.',
        },
      });
      await saveSummary(project, interrupted);
    }
  } finally {
    lock.release();
  }
}
