import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import type { RunProgress, RunSummary } from '#shared/models/run';
import type { EngineCall } from '../../engine-host/client/client';
import { isDiskProblem } from '../core/disk-problem';
import type { Events } from '../core/events';
import type { RunsLock } from '../project/project-lock';
import { databasePath } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { idleProgress } from './run-states';
import { saveSummary } from './run-store';
import { withChanges } from './run-transitions';

const SAVE_RETRY_MILLISECONDS = 2000;

/** A run in this process's hands: it trains, or waits for its turn. All that changes of it changes in here. */
export class ActiveRun {
  readonly project: OpenProject;
  /** Resolves once this process has released the run. */
  readonly ended: Promise<void>;
  readonly #events: Events;
  readonly #lock: RunsLock;
  #markEnded = () => {};
  #summary: RunSummary;
  #progress: RunProgress;
  #call: EngineCall<'train'> | null = null;
  #requested: 'pause' | 'stop' | null = null;
  #pausedBy: ErrorInfo | null = null;
  #isUnsaved = false;

  /** Takes over the lock and releases it at the end. */
  constructor(project: OpenProject, summary: RunSummary, lock: RunsLock, events: Events) {
    this.project = project;
    this.#summary = summary;
    this.#progress = idleProgress(summary);
    this.#lock = lock;
    this.#events = events;
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
  }

  get summary(): RunSummary {
    return this.#summary;
  }

  get progress(): RunProgress {
    return this.#progress;
  }

  /** Requested action, possibly from before the engine had the run. */
  get requested(): 'pause' | 'stop' | null {
    return this.#requested;
  }

  /** Why it was paused, if no person requested it. */
  get pausedBy(): ErrorInfo | null {
    return this.#pausedBy;
  }

  /** True if the disk could not store the summary, so that the one in memory counts. */
  get isUnsaved(): boolean {
    return this.#isUnsaved;
  }

  /** True while the engine stalls the run, with its state in memory, until a retry. */
  get isStalled(): boolean {
    return this.#summary.state === 'paused' && this.#call !== null;
  }

  /** Saves changes and notifies listeners. A failure to write the summary does not end the run. */
  async update(changes: Partial<RunSummary>, progress: Partial<RunProgress> = {}): Promise<void> {
    // Applied before saving: another change may arrive while this one is being written.
    this.#summary = withChanges(this.#summary, changes);
    this.#progress = { ...this.#progress, ...progress, state: this.#summary.state };
    await this.#save();
    this.#emitChanged();
  }

  /** Reports progress; omitted fields keep their values. */
  report(progress: Partial<RunProgress>): void {
    this.#progress = { ...this.#progress, ...progress };
    this.#emitProgress();
  }

  /** Records that the engine has the run. */
  attach(call: EngineCall<'train'>): void {
    this.#call = call;
  }

  /** Records a requested action and forwards it to the engine if that has the run. */
  request(action: 'pause' | 'stop'): void {
    this.#requested = action;
    this.#call?.control(action);
  }

  /** Makes a stalled run try again at once. */
  retry(): void {
    this.#call?.control('retry');
  }

  /** Records the reason for a pause that no person requested. */
  setPauseReason(reason: ErrorInfo): void {
    this.#pausedBy = reason;
  }

  /** Marks the run as failed after a bug, in memory only, because nothing else can be relied on. */
  markFailed(error: ErrorInfo): void {
    this.#summary = withChanges(this.#summary, { state: 'failed', error });
  }

  /** Calls `listener` when another Fovea process takes over the project: see `RunsLock.lost`. */
  onLockLost(listener: (reason: unknown) => void): void {
    const { lost } = this.#lock;
    lost.addEventListener('abort', () => listener(lost.reason), { once: true });
  }

  /** Retries saving until the final state is on disk or `isOver` returns true. */
  async retrySave(isOver: () => boolean, onFailure: (error: unknown) => void): Promise<void> {
    while (this.#isUnsaved && !isOver()) {
      await sleep(SAVE_RETRY_MILLISECONDS, undefined, { ref: false });
      await this.#save().catch((error: unknown) => {
        this.#isUnsaved = false;
        onFailure(error);
      });
    }
  }

  /** Notifies listeners that the run is active. */
  announce(): void {
    this.#emitChanged();
    this.#emitProgress();
  }

  /** Releases the lock and notifies listeners that the run is no longer active. */
  release(): void {
    const { step, totalSteps } = this.#progress;
    this.#progress = { ...idleProgress(this.#summary), phase: 'done', step, totalSteps };
    this.#lock.release();
    this.#emitProgress();
    this.#emitChanged();
    this.#markEnded();
  }

  async #save(): Promise<void> {
    try {
      const { hasModel, resumable } = await saveSummary(this.project, this.#summary);
      this.#summary = { ...this.#summary, hasModel, resumable };
      this.#isUnsaved = false;
    } catch (error) {
      if (!isDiskError(error, this.project)) throw error;
      this.#isUnsaved = true;
    }
  }

  #emitProgress(): void {
    this.#events.emit('run.progress', { project: this.project.id, progress: this.#progress });
  }

  #emitChanged(): void {
    this.#events.emit('changed', { project: this.project.id, topics: ['runs'] });
  }
}

/** Nothing of the run is to blame: the disk is full, fails or is read-only now, or the project was moved away. */
const isDiskError = (error: unknown, { folder }: OpenProject): boolean =>
  isDiskProblem(error) || (error instanceof FoveaError && !existsSync(databasePath(folder)));
