import { FoveaError } from '#shared/ipc/errors';
import type { HostLauncher } from '../process/host';
import { type HostEnd, SupervisedHost } from '../process/supervised-host';
import type { DecodeReply, DecodeRequest } from './protocol';
import { residentBytes } from './resident-memory';

const DAMAGED_FILE_HINT = 'The file is probably damaged. Export it again, or exclude it.';

export interface SlotOptions {
  readonly launcher: HostLauncher;
  readonly entry: string;
  /** Counted from when a live host receives the job. */
  readonly deadlineMs: number;
  /** V8's heap limit of the host; a host whose resident memory exceeds twice this after a job is replaced. */
  readonly memoryMB: number;
  /**
   * Resident memory at which a host is stopped in the middle of a job: WASM and native buffers are outside V8's heap.
   */
  readonly residentMB: number;
}

export interface SlotJob {
  readonly request: DecodeRequest;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: FoveaError) => void;
}

function crashed(reason: string): FoveaError {
  const message = `The decoder ${reason} twice in a row while reading this file.`;
  return new FoveaError('decoder_crashed', message, { hint: DAMAGED_FILE_HINT });
}

function notStarted(reason: string): FoveaError {
  return new FoveaError('decoder_failed', `The decoder could not be started: it ${reason}.`, {
    hint: 'Close other programs and try again. If this persists, reinstall Fovea.',
  });
}

/** Interval between checks of a host's memory; jobs that end before the first one cost nothing. */
const WATCH_MILLISECONDS = 200;

/** Jobs that read all frames of a file, whereas the others read one or pause in between. */
const WHOLE_FILE_JOBS: ReadonlySet<DecodeRequest['name']> = new Set(['deidentify']);
const WHOLE_FILE_FACTOR = 6;

/**
 * One decode host and its current job. A host starts when a job needs one, is killed if the job exceeds its deadline,
 * and is discarded when it exits by itself or is killed from outside (when memory runs out, the system kills the
 * largest process, whatever it does). The job is then retried once in a new host: if two hosts end, the file is the
 * cause.
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
      onMessage: (message) => this.#onReply(message as DecodeReply),
      onEnd: (end) => this.#onEnd(end),
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
    this.#finish((job) => job.reject(new FoveaError('cancelled', 'Reading the file was cancelled.')));
  }

  #onEnd({ reason, wasReady, isOverdue }: HostEnd): void {
    clearTimeout(this.#timer);
    if (this.#job !== null && !this.#isSecondTry && !isOverdue) {
      this.#isSecondTry = true;
      this.#host.start();
    } else this.#finish((job) => job.reject(wasReady ? crashed(reason) : notStarted(reason)));
  }

  #dispatch(job: SlotJob): void {
    const deadlineMs = this.#options.deadlineMs * (WHOLE_FILE_JOBS.has(job.request.name) ? WHOLE_FILE_FACTOR : 1);
    const seconds = Math.round(deadlineMs / 100) / 10;
    const message = `Reading the file took longer than ${seconds} s and was stopped.`;
    this.#setTimer(deadlineMs, new FoveaError('deadline', message, { hint: DAMAGED_FILE_HINT }));
    this.#host.send(job.request);
    this.#watchMemory(job);
  }

  /** Measures from outside, because a host that is decoding cannot respond. */
  #watchMemory(job: SlotJob): void {
    clearTimeout(this.#watch);
    const { pid } = this.#host;
    if (pid === undefined) return;
    const check = async (): Promise<void> => {
      const bytes = await residentBytes(pid);
      if (this.#job !== job || this.#host.pid !== pid || bytes === null) return;
      const { residentMB } = this.#options;
      if (bytes > residentMB * 2 ** 20) {
        this.#host.drop();
        const message = `Reading the file needed more than ${residentMB} MB of memory and was stopped.`;
        this.#finish((one) => one.reject(new FoveaError('too_large', message, { hint: DAMAGED_FILE_HINT })));
      } else this.#watchMemory(job);
    };
    this.#watch = setTimeout(() => void check(), WATCH_MILLISECONDS);
  }

  #setTimer(milliseconds: number, error: FoveaError): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#host.drop();
      this.#finish((job) => job.reject(error));
    }, milliseconds);
  }

  #onReply(reply: DecodeReply): void {
    if (reply.id !== this.#job?.request.id) return;
    if (reply.memoryBytes > 2 * this.#options.memoryMB * 2 ** 20) this.#host.drop();
    this.#finish((job) => {
      if (reply.ok) job.resolve(reply.value);
      else job.reject(FoveaError.from(reply.error));
    });
  }

  #finish(deliver: (job: SlotJob) => void): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    const job = this.#job;
    this.#job = null;
    if (job !== null) deliver(job);
    this.#onIdle();
  }
}
