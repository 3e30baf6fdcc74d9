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
import { saveSummary } from './run-book';
import { restingProgress } from './run-states';
import { withChanges } from './run-transitions';

const SAVE_AGAIN_MILLISECONDS = 2000;

/** A run in this process's hands: it trains, or waits for its turn. All that changes of it changes in here. */
export class ActiveRun {
  readonly project: OpenProject;
  /** Resolves once it is out of our hands. */
  readonly ended: Promise<void>;
  readonly #events: Events;
  readonly #lock: RunsLock;
  #markEnded = () => {};
  #summary: RunSummary;
  #progress: RunProgress;
  #call: EngineCall<'train'> | null = null;
  #asked: 'pause' | 'stop' | null = null;
  #pausedBy: ErrorInfo | null = null;
  #isUnsaved = false;

  /** The lock is its own now: it is released at the end. */
  constructor(project: OpenProject, summary: RunSummary, lock: RunsLock, events: Events) {
    this.project = project;
    this.#summary = summary;
    this.#progress = restingProgress(summary);
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

  /** Asked for before the engine had the run. */
  get asked(): 'pause' | 'stop' | null {
    return this.#asked;
  }

  /** Why it is paused, where nobody asked for it. */
  get pausedBy(): ErrorInfo | null {
    return this.#pausedBy;
  }

  /** True where the disk had no room for its summary: what is in memory counts. */
  get isUnsaved(): boolean {
    return this.#isUnsaved;
  }

  /** True while the engine holds it, its state in memory, until it is told to try again. */
  get isHeld(): boolean {
    return this.#summary.state === 'paused' && this.#call !== null;
  }

  /** Saves changes and says that there are some. A run does not end because its summary cannot be written. */
  async update(changes: Partial<RunSummary>, progress: Partial<RunProgress> = {}): Promise<void> {
    // Taken over at once: another change may come while this one is being written.
    this.#summary = withChanges(this.#summary, changes);
    this.#progress = { ...this.#progress, ...progress, state: this.#summary.state };
    await this.#save();
    this.#sayChanged();
  }

  /** Shows how far it is; what is left out stays as it is. */
  show(progress: Partial<RunProgress>): void {
    this.#progress = { ...this.#progress, ...progress };
    this.#sayProgress();
  }

  /** From here on the engine has it. */
  handTo(call: EngineCall<'train'>): void {
    this.#call = call;
  }

  /** Remembers what was asked for and passes it on to the engine, where it has the run. */
  ask(action: 'pause' | 'stop'): void {
    this.#asked = action;
    this.#call?.control(action);
  }

  /** Lets a run that the engine holds try again at once. */
  retry(): void {
    this.#call?.control('retry');
  }

  /** Remembers that nobody asked for the pause that comes. */
  blamePause(reason: ErrorInfo): void {
    this.#pausedBy = reason;
  }

  /** After a bug of ours: the state in memory alone, for nothing else can be relied on. */
  markFailed(error: ErrorInfo): void {
    this.#summary = withChanges(this.#summary, { state: 'failed', error });
  }

  /** Calls `listener` when another Fovea takes the project over: see `RunsLock.lost`. */
  onLockLost(listener: (reason: unknown) => void): void {
    const { lost } = this.#lock;
    lost.addEventListener('abort', () => listener(lost.reason), { once: true });
  }

  /** Tries now and then, until what became of it is on disk or `isOver` says to give up. */
  async saveAtLast(isOver: () => boolean, onFailure: (error: unknown) => void): Promise<void> {
    while (this.#isUnsaved && !isOver()) {
      await sleep(SAVE_AGAIN_MILLISECONDS, undefined, { ref: false });
      await this.#save().catch((error: unknown) => {
        this.#isUnsaved = false;
        onFailure(error);
      });
    }
  }

  /** Says that it is in our hands. */
  enter(): void {
    this.#sayChanged();
    this.#sayProgress();
  }

  /** Says that it is out of them. */
  release(): void {
    const { step, totalSteps } = this.#progress;
    this.#progress = { ...restingProgress(this.#summary), phase: 'done', step, totalSteps };
    this.#lock.release();
    this.#sayProgress();
    this.#sayChanged();
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

  #sayProgress(): void {
    this.#events.emit('run.progress', { project: this.project.id, progress: this.#progress });
  }

  #sayChanged(): void {
    this.#events.emit('changed', { project: this.project.id, topics: ['runs'] });
  }
}

/** Nothing of the run is to blame: the disk is full, fails or is read-only now, or the project was moved away. */
const isDiskError = (error: unknown, { folder }: OpenProject): boolean =>
  isDiskProblem(error) || (error instanceof FoveaError && !existsSync(databasePath(folder)));
