import type { HostLauncher, HostOptions, HostProcess } from './host';

/** How a host ended that nobody had dropped. */
export interface HostEnd {
  /** The second half of a sentence: "The engine process …". */
  readonly reason: string;
  readonly wasReady: boolean;
  /** It ran, but was not ready in time, and was ended for that. */
  readonly isOverdue: boolean;
}

export interface SupervisedHostOptions {
  readonly launcher: HostLauncher;
  readonly host: HostOptions;
  /** The message by which a host says that it takes work. */
  isReady(message: unknown): boolean;
  onReady(): void;
  /** Every message but that one. */
  onMessage(message: unknown): void;
  onEnd(end: HostEnd): void;
  readonly onLog?: ((line: string) => void) | undefined;
}

/** From the start of a host to its `ready`. */
const START_MILLISECONDS = 60_000;
/** A host that crashed is started again after this, doubled for each crash in a row. */
const FIRST_BACK_OFF = 250;
const LONGEST_BACK_OFF = 30_000;

/**
 * A child process that takes work: starting it, knowing when it is ready, and learning how it ended. One process at a
 * time; of a process that was dropped or replaced nothing more is heard, although its exit comes later.
 */
export class SupervisedHost {
  readonly #options: SupervisedHostOptions;
  #process: HostProcess | null = null;
  #isReady = false;
  /** Of the start that is waited for, or of the one that must be ready in time. */
  #timer: NodeJS.Timeout | undefined;
  #isWaiting = false;

  constructor(options: SupervisedHostOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** `waiting`: to be started again after a crash. */
  get state(): 'none' | 'waiting' | 'starting' | 'ready' {
    if (this.#process !== null) return this.#isReady ? 'ready' : 'starting';
    return this.#isWaiting ? 'waiting' : 'none';
  }

  /** Starts a process where there is none: at once, or the later the more crashes there were in a row. */
  start(crashes = 0): void {
    if (this.state !== 'none') return;
    if (crashes === 0) {
      this.#launch();
      return;
    }
    const wait = Math.min(LONGEST_BACK_OFF, FIRST_BACK_OFF * 2 ** (crashes - 1));
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

  /** Ends the process; its end is heard of, as that of a crash is. */
  kill(): void {
    this.#process?.kill();
  }

  /** Ends the process, or the wait for it, and forgets it. */
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
