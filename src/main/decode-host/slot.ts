import { FoveaError } from '#shared/ipc/errors';
import type { HostLauncher } from '../process/host';
import { type HostEnd, SupervisedHost } from '../process/supervised-host';
import type { DecodeAnswer, DecodeRequest } from './protocol';
import { residentBytes } from './resident-memory';

const BLAME_THE_FILE = 'The file is probably damaged. Export it again, or exclude it.';

export interface SlotOptions {
  readonly launcher: HostLauncher;
  readonly entry: string;
  /** From the moment that a live host gets the job. */
  readonly deadlineMs: number;
  /** V8's heap limit of the host; a host whose resident memory is above twice this after a job is replaced. */
  readonly memoryMB: number;
  /** Resident memory at which a host is stopped in the middle of a job: WASM and native buffers are not V8's. */
  readonly residentMB: number;
}

export interface SlotJob {
  readonly request: DecodeRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: FoveaError) => void;
}

function crashed(reason: string): FoveaError {
  const message = `The decoder ${reason} twice in a row while reading this file.`;
  return new FoveaError('decoder_crashed', message, { hint: BLAME_THE_FILE });
}

function notStarted(reason: string): FoveaError {
  return new FoveaError('decoder_failed', `The decoder could not be started: it ${reason}.`, {
    hint: 'Close other programs and try again. If this persists, reinstall Fovea.',
  });
}

/** Between two looks at a host's memory; jobs that end before the first cost none. */
const WATCH_MILLISECONDS = 200;

/** They go through all frames of a file, where the others read one or stop in between. */
const WHOLE_FILE_JOBS: ReadonlySet<DecodeRequest['name']> = new Set(['deidentify']);
const WHOLE_FILE_FACTOR = 6;

/**
 * One decode host and the job that it runs. A host is started for a job when there is none, killed when the job
 * overruns, and forgotten when it ends by itself or from outside (the system takes the largest process when memory runs
 * out, whatever it does). The job is then tried once more in a new host: what ended two of them is the file.
 */
export class Slot {
  readonly #options: SlotOptions;
  readonly #onIdle: () => void;
  readonly #host: SupervisedHost;
  #job: SlotJob | null = null;
  #isSecondTry = false;
  #timer: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: SlotOptions, onIdle: () => void) {
    this.#options = options;
    this.#onIdle = onIdle;
    const { launcher, entry, memoryMB } = options;
    this.#host = new SupervisedHost({
      launcher,
      host: { entry, name: 'Fovea decoder', maxOldSpaceMB: memoryMB },
      isReady: (message) => message === 'ready',
      onReady: () => {
        if (this.#job !== null) this.#dispatch(this.#job);
      },
      onMessage: (message) => this.#answer(message as DecodeAnswer),
      onEnd: (end) => this.#ended(end),
    });
  }

  get busy(): boolean {
    return this.#job !== null;
  }

  run(job: SlotJob): void {
    this.#job = job;
    this.#isSecondTry = false;
    if (this.#host.state === 'ready') this.#dispatch(job);
    else this.#host.start();
  }

  dispose(): void {
    this.#host.drop();
    this.#settle((job) => job.reject(new FoveaError('cancelled', 'Reading the file was cancelled.')));
  }

  #ended({ reason, wasReady, isOverdue }: HostEnd): void {
    clearTimeout(this.#timer);
    if (this.#job !== null && !this.#isSecondTry && !isOverdue) {
      this.#isSecondTry = true;
      this.#host.start();
    } else this.#settle((job) => job.reject(wasReady ? crashed(reason) : notStarted(reason)));
  }

  #dispatch(job: SlotJob): void {
    const deadlineMs = this.#options.deadlineMs * (WHOLE_FILE_JOBS.has(job.request.name) ? WHOLE_FILE_FACTOR : 1);
    const seconds = Math.round(deadlineMs / 100) / 10;
    const message = `Reading the file took longer than ${seconds} s and was stopped.`;
    this.#setTimer(deadlineMs, new FoveaError('deadline', message, { hint: BLAME_THE_FILE }));
    this.#host.send(job.request);
    this.#watchMemory(job);
  }

  /** Looks from outside, because a host that decodes answers nothing. */
  #watchMemory(job: SlotJob): void {
    clearTimeout(this.#watch);
    const { pid } = this.#host;
    if (pid === undefined) return;
    const look = async (): Promise<void> => {
      const bytes = await residentBytes(pid);
      if (this.#job !== job || this.#host.pid !== pid || bytes === null) return;
      const { residentMB } = this.#options;
      if (bytes > residentMB * 2 ** 20) {
        this.#host.drop();
        const message = `Reading the file needed more than ${residentMB} MB of memory and was stopped.`;
        this.#settle((one) => one.reject(new FoveaError('too_large', message, { hint: BLAME_THE_FILE })));
      } else this.#watchMemory(job);
    };
    this.#watch = setTimeout(() => void look(), WATCH_MILLISECONDS);
  }

  #setTimer(milliseconds: number, error: FoveaError): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#host.drop();
      this.#settle((job) => job.reject(error));
    }, milliseconds);
  }

  #answer(answer: DecodeAnswer): void {
    if (answer.id !== this.#job?.request.id) return;
    if (answer.memoryBytes > 2 * this.#options.memoryMB * 2 ** 20) this.#host.drop();
    this.#settle((job) => {
      if (answer.ok) job.resolve(answer.value);
      else job.reject(FoveaError.from(answer.error));
    });
  }

  #settle(finish: (job: SlotJob) => void): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    const job = this.#job;
    this.#job = null;
    if (job !== null) finish(job);
    this.#onIdle();
  }
}
