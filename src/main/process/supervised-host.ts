import type { HostLauncher, HostOptions, HostProcess } from './host';

/** The unexpected end of a host. */
export interface HostEnd {
  /** The second half of a sentence: "The engine process …". */
  readonly reason: string;
  readonly wasReady: boolean;
  /** It was ended because it ran but was not ready in time. */
  readonly isOverdue: boolean;
}

export interface SupervisedHostOptions {
  readonly launcher: HostLauncher;
  readonly host: HostOptions;
  /** Whether a message announces that the host accepts work. */
  isReady(message: unknown): boolean;
  onReady(): void;
  /** Receives every other message. */
  onMessage(message: unknown): void;
  onEnd(end: HostEnd): void;
  readonly onLog?: ((line: string) => void) | undefined;
}

/** Time from the start of a host to its `ready`. */
export const START_MILLISECONDS = 60_000;
/** Delay before a crashed host restarts, doubled for each consecutive crash. */
export const INITIAL_BACK_OFF = 250;
export const MAX_BACK_OFF = 30_000;

/**
 * A child process that accepts work: starts it, reports when it is ready, and reports its end. One process at a time; a
 * process that was dropped or replaced reports nothing more, although it exits later.
 */
export class SupervisedHost {
  readonly #options: SupervisedHostOptions;
  #process: HostProcess | null = null;
  #isReady = false;
  /** Timer of a delayed start, or of the deadline to become ready. */
  #timer: NodeJS.Timeout | undefined;
  #isWaiting = false;

  constructor(options: SupervisedHostOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** `waiting`: restarts after a crash. */
  get state(): 'none' | 'waiting' | 'starting' | 'ready' {
    if (this.#process !== null) return this.#isReady ? 'ready' : 'starting';
    return this.#isWaiting ? 'waiting' : 'none';
  }

  /**
   * Starts a process unless there is one: at once, or after a delay that grows with the number of consecutive crashes.
   */
  start(crashes = 0): void {
    if (this.state !== 'none') return;
    if (crashes === 0) {
      this.#launch();
      return;
    }
    const wait = Math.min(MAX_BACK_OFF, INITIAL_BACK_OFF * 2 ** (crashes - 1));
    this.#options.onLog?.(`${this.#options.host.name}: starting again in ${wait} ms`);
    this.#isWaiting = true;
    this.#timer = setTimeout(() => {
      this.#isWaiting = false;
      this.#launch();
    }, wait);
  }

  send(message: unknown): void {
    this.#process?.send(message);
  }

  /** Ends the process; its end is reported like that of a crash. */
  kill(): void {
    this.#process?.kill();
  }

  /** Ends the process, or cancels a delayed start, without a report. */
  drop(): void {
    this.#forget()?.kill();
  }

  #launch(): void {
    const { launcher, host: options, isReady, onReady, onMessage } = this.#options;
    let host: HostProcess;
    try {
      host = launcher(options);
    } catch (error) {
      this.#end(`could not be started (${error instanceof Error ? error.message : 'unknown error'})`, false);
      return;
    }
    this.#process = host;
    this.#timer = setTimeout(() => {
      host.kill();
      this.#end('was not ready in time', true);
    }, START_MILLISECONDS);
    host.onMessage((message) => {
      if (this.#process !== host) return;
      if (!isReady(message)) {
        onMessage(message);
        return;
      }
      clearTimeout(this.#timer);
      this.#isReady = true;
      onReady();
    });
    host.onExit((reason) => {
      if (this.#process === host) this.#end(reason, false);
    });
  }

  #end(reason: string, isOverdue: boolean): void {
    const wasReady = this.#isReady;
    this.#forget();
    this.#options.onEnd({ reason, wasReady, isOverdue });
  }

  #forget(): HostProcess | null {
    const host = this.#process;
    clearTimeout(this.#timer);
    this.#process = null;
    this.#isReady = false;
    this.#isWaiting = false;
    return host;
  }
}
