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
  /** The run waits with all it has in memory, for this reason; null = it goes on. */
  onHold?(reason: ErrorInfo | null): void;
  /** What comes before this request, the next first, each time that it changes; none = it begins. */
  onTurn?(before: readonly EngineRequestName[]): void;
}

export type EngineAction = Extract<EngineCommand, { kind: 'control' }>['action'];

export interface EngineCall<K extends EngineRequestName> {
  /** Rejects with a `FoveaError`: the host's own, `engine_crashed` where the process ended, or `cancelled`. */
  readonly result: Promise<EngineRequests[K]['output']>;
  /** Takes effect between steps. A request that still waits is taken out of the queue (`cancelled`). */
  control(action: EngineAction): void;
}

export interface LaneOptions {
  readonly launcher: HostLauncher;
  readonly entry: string;
  readonly name: string;
  /** An idle host is ended after this: it holds device memory. */
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
  /** How many come before it, as its listener was told last. */
  before: number | null;
}

const isQuick = ({ name }: Waiting): boolean => quickRequests.has(name);

/** A request of these that says nothing for so long is given up with its process: it reads what may not answer. */
const LONGEST_SILENCE: Partial<Record<EngineRequestName, number>> = { inspectBackbone: 60_000 };

/**
 * One engine process and the queue before it: one request at a time, and at most one quick one beside a longer one. The
 * process is started when there is work, and again after a crash.
 */
export class EngineLane {
  readonly #options: LaneOptions;
  readonly #queue: Waiting[] = [];
  readonly #inHand: Waiting[] = [];
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
      this.#queue.push({ id, name, input, listeners, ...settle, before: null });
    });
    this.#advance();
    return { result, control: (action) => this.#control(id, action) };
  }

  /** Rejects what runs and waits, and ends the process. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#idle);
    clearTimeout(this.#silence);
    const open = [...this.#inHand.splice(0), ...this.#queue.splice(0)];
    this.#host.drop();
    for (const { reject } of open) reject(new FoveaError('engine_closed', 'The engine has been shut down.'));
  }

  #control(id: number, action: EngineAction): void {
    if (this.#inHand.some((one) => one.id === id)) {
      this.#host.send({ kind: 'control', id, action } satisfies EngineCommand);
      return;
    }
    if (action === 'retry') return;
    const place = this.#queue.findIndex((waiting) => waiting.id === id);
    const [waiting] = place < 0 ? [] : this.#queue.splice(place, 1);
    waiting?.reject(new FoveaError('cancelled', 'The job was cancelled before it started.'));
    if (this.#queue.length === 0 && this.#host.state === 'waiting') this.#host.drop();
    this.#tellTurns();
  }

  /** Starts the host or the next requests, whichever is due. */
  #advance(): void {
    if (this.#disposed || this.#queue.length === 0) return;
    if (this.#host.state === 'none') this.#host.start(this.#crashes);
    else if (this.#host.state === 'ready') {
      for (let next = this.#takeNext(); next !== null; next = this.#takeNext()) {
        clearTimeout(this.#idle);
        this.#inHand.push(next);
        this.#watchSilence(next);
        this.#host.send({ kind: 'request', id: next.id, name: next.name, input: next.input } satisfies EngineCommand);
        this.#tell(next, []);
      }
    }
    this.#tellTurns();
  }

  /** The request whose turn it is: a quick one before all others. Null while there is none, or the host is busy. */
  #takeNext(): Waiting | null {
    const quick = this.#queue.findIndex(isQuick);
    if (this.#inHand.some(isQuick) || (this.#inHand.length > 0 && quick < 0)) return null;
    return this.#queue.splice(Math.max(0, quick), 1)[0] ?? null;
  }

  /** A quick request waits for so little that nothing is said of it. */
  #tellTurns(): void {
    const long = [...this.#inHand, ...this.#queue].filter((one) => !isQuick(one));
    for (const [place, one] of long.entries()) {
      if (!this.#inHand.includes(one)) this.#tell(one, long.slice(0, place));
    }
  }

  #tell(request: Waiting, before: readonly Waiting[]): void {
    if (request.before === before.length) return;
    request.before = before.length;
    request.listeners.onTurn?.(before.map(({ name }) => name));
  }

  #crashed(reason: string): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#silence);
    this.#options.onLog?.(`${this.#options.name} ${reason}`);
    // A host that cannot even start would start for ever: the request that it was started for ends with it.
    const lost = this.#inHand.length > 0 ? this.#inHand.splice(0) : this.#queue.splice(0, 1);
    if (lost.length === 0) return; // It ended while it was idle: nothing was lost.
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
    const running = this.#inHand.find(({ id }) => id === message.id);
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
      case 'hold':
        running.listeners.onHold?.(message.reason);
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
    const longest = LONGEST_SILENCE[name];
    if (longest === undefined) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const hint = 'Copy the folder to a disk of this computer, then try again.';
      reject(new FoveaError('no_answer', `Reading stalled for ${longest / 1000} seconds.`, { hint }));
      this.#host.kill();
    }, longest);
  }

  #finish(request: Waiting): void {
    if (LONGEST_SILENCE[request.name] !== undefined) clearTimeout(this.#silence);
    this.#inHand.splice(this.#inHand.indexOf(request), 1);
    this.#crashes = 0;
    if (this.#queue.length > 0 || this.#inHand.length > 0) return;
    this.#idle = setTimeout(() => this.#host.drop(), this.#options.idleMilliseconds);
    this.#idle.unref();
  }
}
