import type { HostLauncher } from '../process/host';
import { type EngineCall, EngineLane, type EngineListeners } from './lane';
import { type EngineRequestName, type EngineRequests, quickRequests } from './protocol';

export type { EngineAction, EngineCall, EngineListeners } from './lane';

export interface EngineClient {
  /**
   * Asks the engine. What someone waits for (`quickRequests`) and evaluations have a process of their own, so that they
   * never wait for a training; there the quick ones come between two batches of an evaluation. All else runs one at a
   * time in another process.
   */
  request<K extends EngineRequestName>(
    name: K,
    input: EngineRequests[K]['input'],
    listeners?: EngineListeners,
  ): EngineCall<K>;
  /** Of the process that trains; undefined while there is none. */
  readonly pid: number | undefined;
  /** Ends both processes; what runs is rejected with `engine_closed`. */
  dispose(): void;
}

export interface EngineClientOptions {
  readonly launcher: HostLauncher;
  /** Absolute path of the built `engine-host.js`. */
  readonly entry: string;
  /** Starts, ends and crashes of the processes, a line each. */
  readonly onLog?: (line: string) => void;
}

const IDLE_MILLISECONDS = 60_000;

/** Owns the engine's processes. Nothing is started before the first request. */
export function createEngineClient(options: EngineClientOptions): EngineClient {
  const work = new EngineLane({ ...options, name: 'Fovea engine', idleMilliseconds: IDLE_MILLISECONDS });
  const interactive = new EngineLane({
    ...options,
    name: 'Fovea engine (interactive)',
    idleMilliseconds: IDLE_MILLISECONDS,
  });
  return {
    request: (name, input, listeners = {}) =>
      (name === 'evaluate' || quickRequests.has(name) ? interactive : work).request(name, input, listeners),
    get pid() {
      return work.pid;
    },
    dispose: () => {
      work.dispose();
      interactive.dispose();
    },
  };
}
