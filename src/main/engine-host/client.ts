import type { HostLauncher } from '../process/host';
import { type EngineCall, EngineLane, type EngineListeners } from './lane';
import type { EngineRequestName, EngineRequests } from './protocol';

export type { EngineAction, EngineCall, EngineListeners } from './lane';

export interface EngineClient {
  /**
   * Asks the engine. Short work (`estimate`, `inspectBackbone`, `devices`, `fastestDevice`, `classify`) has a process of its own, so that it
   * never waits for a training; all else runs one at a time in another.
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
const shortRequests: ReadonlySet<EngineRequestName> = new Set([
  ...(['estimate', 'inspectBackbone', 'devices', 'fastestDevice', 'classify'] as const),
]);

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
      (shortRequests.has(name) ? interactive : work).request(name, input, listeners),
    get pid() {
      return work.pid;
    },
    dispose: () => {
      work.dispose();
      interactive.dispose();
    },
  };
}
