/**
 * A child process that Fovea owns, whatever runs it: Electron's `utilityProcess` in the app, `child_process.fork` in
 * plain Node. Messages are structured clones, so typed arrays stay typed arrays.
 */
export interface HostProcess {
  readonly pid: number | undefined;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /**
   * The listener is called once. `reason` is the second half of a sentence: an exit code, a signal, or why the process
   * could not start.
   */
  onExit(listener: (reason: string) => void): void;
  kill(): void;
}

export interface HostOptions {
  /** Absolute path of the built entry file. */
  readonly entry: string;
  readonly name: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** V8 heap limit of the child, MiB. */
  readonly maxOldSpaceMB?: number;
}

export type HostLauncher = (options: HostOptions) => HostProcess;
