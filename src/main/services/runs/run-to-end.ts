import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import type { LogRecord } from '#shared/models/run';
import type { BestMetric } from '#shared/models/run-config';
import type { TrainResult } from '../../engine-host/core/protocol';
import type { Events } from '../core/events';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { hasModel } from '../run-records/run-files';
import type { ActiveRun } from './active-run';
import { epochChanges, failureChanges, resultChanges, stallChanges } from './run-states';
import { type TrainingServices, trainRun } from './run-training';

/** Called when the training of a run with a model has ended; the run stays active until the listener is done. */
export type RunEndListener = (project: OpenProject, run: string) => Promise<void>;

export interface RunToEndServices extends TrainingServices {
  readonly events: Events;
  readonly endListeners: readonly RunEndListener[];
  readonly onFailure: (what: string, error: unknown) => void;
}

/** Trains a run to its end, in any state, and lets listeners evaluate it if it has a model. */
export async function runToEnd(services: RunToEndServices, run: ActiveRun): Promise<void> {
  await train(services, run);
  if (run.summary.state === 'paused' && run.pausedBy !== null) await run.update({ error: run.pausedBy });
  const { project } = run;
  const { state, id } = run.summary;
  if ((state !== 'finished' && state !== 'stopped') || !hasModel(runFolder(project.folder, id))) return;
  run.report({ phase: 'evaluating', message: 'Evaluating on the validation images' });
  for (const listener of services.endListeners) {
    await listener(project, id).catch((error: unknown) => services.onFailure('run end', error));
  }
}

async function train(services: RunToEndServices, run: ActiveRun): Promise<void> {
  const clock = trainingClock(run.summary.seconds);
  // One after the other: changes of an epoch are written before those of the end.
  let saving: Promise<void> = Promise.resolve();
  const save = (changes: () => Parameters<ActiveRun['update']>[0]) => {
    saving = saving.then(() => run.update(changes()));
    saving.catch(() => {});
  };
  const onLog = (record: LogRecord, bestMetric: BestMetric) => {
    services.events.emit('run.log', { project: run.project.id, run: run.summary.id, record });
    if (record.kind === 'tried') services.events.emit('changed', { project: run.project.id, topics: ['runs'] });
    if (record.kind !== 'epoch') return;
    const seconds = clock.seconds();
    save(() => ({ ...epochChanges(record, bestMetric, run.summary), seconds }));
  };
  const onStall = (reason: ErrorInfo | null) => {
    clock.stall(reason !== null);
    save(() => stallChanges(reason));
    const message = reason === null ? null : `${reason.message} ${reason.hint ?? ''}`;
    run.report({ state: reason === null ? 'running' : 'paused', message });
  };
  try {
    await run.update({ state: 'running', finishedAt: null, error: null }, { phase: 'preparing', message: null });
    const onDevice = (device: string) => run.update({ device });
    const result: TrainResult = await trainRun(services, run, { onLog, onDevice, onStall });
    await saving;
    await run.update({ ...resultChanges(result, run.summary), seconds: clock.seconds() });
  } catch (error) {
    await saving.catch(() => {});
    if (!(error instanceof FoveaError)) services.onFailure('train', error);
    await run.update({ ...failureChanges(error, run.requested), seconds: clock.seconds() });
  }
}

/** Counts seconds in training, on top of `before`; stopped while the engine stalls the run. */
function trainingClock(before: number) {
  const began = performance.now();
  let stalled = 0;
  let stallBegan: number | null = null;
  return {
    stall(isStalled: boolean): void {
      if (isStalled) stallBegan ??= performance.now();
      else if (stallBegan !== null) {
        stalled += performance.now() - stallBegan;
        stallBegan = null;
      }
    },
    seconds: (): number => before + ((stallBegan ?? performance.now()) - began - stalled) / 1000,
  };
}
