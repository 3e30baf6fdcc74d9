import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import type { WorkPhase } from '#shared/models/job';
import type { LogRecord, RunProgress } from '#shared/models/run';
import type { HostLauncher } from '../../process/host';
import { SupervisedHost } from '../../process/supervised-host';
import {
  type EngineCommand,
  type EngineMessage,
  type EngineRequestName,
  type EngineRequests,
  quickRequests,
} from '../core/protocol';

export interface EngineListeners {
  onProgress?(phase: WorkPhase, done: number, total: number): void;
  onRunProgress?(progress: Omit<RunProgress, 'run'>): void;
  onLog?(record: LogRecord): void;
  /** The run is stalled, with its state in memory, for this reason; null = it continues. */
  onStall?(reason: ErrorInfo | null): void;
  /** Receives the requests ahead of this one, the next first, after each change; empty = this one starts. */
  onTurn?(ahead: readonly EngineRequestName[]): void;
}

export type EngineAction = Extract<EngineCommand, { kind: 'control' }>['action'];

export interface EngineCall<K extends EngineRequestName> {
  /** Rejects with a `FoveaError`: that of the host, `engine_crashed` if the process ended, or `cancelled`. */
  readonly result: Promise<EngineRequests[K]['output']>;
  /** Takes effect between steps. A queued request is removed from the queue (`cancelled`). */
  control(action: EngineAction): void;
}

export interface LaneOptions {
  readonly launcher: HostLauncher;
  readonly entry: string;
  readonly name: string;
  /** An idle host is ended after this time, because it occupies device memory. */
  readonly idleMilliseconds: number;
  readonly onLog?: (line: string) => void;
}

interface Waiting {
  readonly id: number;
  readonly name: EngineRequestName;
  readonly input: EngineRequests[EngineRequestName]['input'];
  readonly listeners: EngineListeners;
  readonly resolve: (output: never) => void;
  readonly reject: (error: FoveaError) => void;
  /** Number of requests ahead, as last reported to its listener. */
  ahead: number | null;
}

const isQuick = ({ name }: Waiting): boolean => quickRequests.has(name);

/** Requests that read from a possibly unresponsive file system are given up, with the process, after this silence. */
const MAX_SILENCE_MILLISECONDS: Partial<Record<EngineRequestName, number>> = { inspectBackbone: 60_000 };

/**
 * One engine process and its queue: one request at a time, and at most one quick one alongside. The process is started
 * when there is work, and again after a crash.
 */
export class EngineLane {
  readonly #options: LaneOptions;
  readonly #queue: Waiting[] = [];
  readonly #running: Waiting[] = [];
  readonly #host: SupervisedHost;
  #crashes = 0;
  #idle: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #disposed = false;
  #nextId = 1;

  constructor(options: LaneOptions) {
    this.#options = options;
    const { launcher, entry, name, onLog } = options;
    this.#host = new SupervisedHost({
      launcher,
      host: { entry, name },
      isReady: (message) => (message as EngineMessage).kind === 'ready',
      onReady: () => this.#advance(),
      onMessage: (message) => this.#receive(message as Exclude<EngineMessage, { kind: 'ready' }>),
      onEnd: ({ reason }) => this.#crashed(reason),
      onLog,
    });
  }

  get pid(): number | undefined {
    return this.#host.pid;
  }

  request<K extends EngineRequestName>(
    name: K,
    input: EngineRequests[K]['input'],
    listeners: EngineListeners,
  ): EngineCall<K> {
    const id = this.#nextId++;
    const result = new Promise<EngineRequests[K]['output']>((resolve, reject) => {
      if (this.#disposed) {
        reject(new FoveaError('engine_closed', 'The engine has been shut down.'));
        return;
      }
      const settle = { resolve: resolve as (output: never) => void, reject };
      this.#queue.push({ id, name, input, listeners, ...settle, ahead: null });
    });
    this.#advance();
    return { result, control: (action) => this.#control(id, action) };
  }

  /** Rejects running and queued requests, and ends the process. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#idle);
    clearTimeout(this.#silence);
    const open = [...this.#running.splice(0), ...this.#queue.splice(0)];
    this.#host.drop();
    for (const { reject } of open) reject(new FoveaError('engine_closed', 'The engine has been shut down.'));
  }

  #control(id: number, action: EngineAction): void {
    if (this.#running.some((one) => one.id === id)) {
      this.#host.send({ kind: 'control', id, action } satisfies EngineCommand);
      return;
    }
    if (action === 'retry') return;
    const place = this.#queue.findIndex((waiting) => waiting.id === id);
    const [waiting] = place < 0 ? [] : this.#queue.splice(place, 1);
    waiting?.reject(new FoveaError('cancelled', 'The job was cancelled before it started.'));
    if (this.#queue.length === 0 && this.#host.state === 'waiting') this.#host.drop();
    this.#notifyTurns();
  }

  /** Starts the host, or sends the next requests to it. */
  #advance(): void {
    if (this.#disposed || this.#queue.length === 0) return;
    if (this.#host.state === 'none') this.#host.start(this.#crashes);
    else if (this.#host.state === 'ready') {
      for (let next = this.#takeNext(); next !== null; next = this.#takeNext()) {
        clearTimeout(this.#idle);
        this.#running.push(next);
        this.#watchSilence(next);
        this.#host.send({ kind: 'request', id: next.id, name: next.name, input: next.input } satisfies EngineCommand);
        this.#notifyTurn(next, []);
      }
    }
    this.#notifyTurns();
  }

  /** The next request, quick ones first. Null if the queue is empty or the host is busy. */
  #takeNext(): Waiting | null {
    const quick = this.#queue.findIndex(isQuick);
    if (this.#running.some(isQuick) || (this.#running.length > 0 && quick < 0)) return null;
    return this.#queue.splice(Math.max(0, quick), 1)[0] ?? null;
  }

  /** Notifies queued requests, except quick ones: their wait is too short to report. */
  #notifyTurns(): void {
    const long = [...this.#running, ...this.#queue].filter((one) => !isQuick(one));
    for (const [place, one] of long.entries()) {
      if (!this.#running.includes(one)) this.#notifyTurn(one, long.slice(0, place));
    }
  }

  #notifyTurn(request: Waiting, ahead: readonly Waiting[]): void {
    if (request.ahead === ahead.length) return;
    request.ahead = ahead.length;
    request.listeners.onTurn?.(ahead.map(({ name }) => name));
  }

  #crashed(reason: string): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#silence);
    this.#options.onLog?.(`${this.#options.name} ${reason}`);
    // A host that cannot start would be restarted for ever, so the request that it was started for fails too.
    const lost = this.#running.length > 0 ? this.#running.splice(0) : this.#queue.splice(0, 1);
    if (lost.length === 0) return; // It ended while idle: nothing was lost.
    this.#crashes += 1;
    for (const { name, reject } of lost) {
      const hint =
        name === 'train'
          ? 'The run can be resumed from its last checkpoint. If memory ran out, choose a smaller batch size or backbone.'
          : 'Try again. If memory ran out, close other programs or choose a smaller backbone.';
      reject(new FoveaError('engine_crashed', `The engine process ${reason}.`, { hint }));
    }
    this.#advance();
  }

  #receive(message: Exclude<EngineMessage, { kind: 'ready' }>): void {
    const running = this.#running.find(({ id }) => id === message.id);
    if (running === undefined) return;
    this.#watchSilence(running);
    switch (message.kind) {
      case 'progress':
        running.listeners.onProgress?.(message.phase, message.done, message.total);
        return;
      case 'run-progress':
        running.listeners.onRunProgress?.(message.progress);
        return;
      case 'log':
        running.listeners.onLog?.(message.record);
        return;
      case 'stall':
        running.listeners.onStall?.(message.reason);
        return;
      case 'answer':
        this.#finish(running);
        running.resolve(message.output as never);
        break;
      case 'error':
        this.#finish(running);
        running.reject(FoveaError.from(message.error));
        break;
    }
    this.#advance();
  }

  #watchSilence({ name, reject }: Waiting): void {
    const longest = MAX_SILENCE_MILLISECONDS[name];
    if (longest === undefined) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const hint = 'Copy the folder to a disk of this computer, then try again.';
      reject(new FoveaError('no_answer', `Reading stalled for ${longest / 1000} seconds.`, { hint }));
      this.#host.kill();
    }, longest);
  }

  #finish(request: Waiting): void {
    if (MAX_SILENCE_MILLISECONDS[request.name] !== undefined) clearTimeout(this.#silence);
    this.#running.splice(this.#running.indexOf(request), 1);
    this.#crashes = 0;
    if (this.#queue.length > 0 || this.#running.length > 0) return;
    this.#idle = setTimeout(() => this.#host.drop(), this.#options.idleMilliseconds);
    this.#idle.unref();
  }
}
