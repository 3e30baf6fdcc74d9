import type { HostLauncher } from '../../process/host';
import { type EngineRequestName, type EngineRequests, quickRequests } from '../core/protocol';
import { type EngineCall, EngineLane, type EngineListeners } from './lane';

export type { EngineAction, EngineCall, EngineListeners } from './lane';

export interface EngineClient {
  /**
   * Sends a request to one of three processes, so that nothing interactive waits for a training. Evaluations and
   * `quickRequests` share a process, in which quick requests run between two batches of an evaluation.
   * `inspectBackbone` has its own process, which is killed when a file system does not respond. All others run one at a
   * time in the third.
   */
  request<K extends EngineRequestName>(
    name: K,
    input: EngineRequests[K]['input'],
    listeners?: EngineListeners,
  ): EngineCall<K>;
  /** Process id of the training process; undefined while it is not running. */
  readonly pid: number | undefined;
  /** Ends all processes and rejects open requests with `engine_closed`. */
  dispose(): void;
}

export interface EngineClientOptions {
  readonly launcher: HostLauncher;
  /** Absolute path of the built `engine-host.js`. */
  readonly entry: string;
  /** Receives one line for each start, end and crash of a process. */
  readonly onLog?: (line: string) => void;
}

export const IDLE_MILLISECONDS = 60_000;

/** Owns the engine processes. Each is started at its first request. */
export function createEngineClient(options: EngineClientOptions): EngineClient {
  const newLane = (name: string) => new EngineLane({ ...options, name, idleMilliseconds: IDLE_MILLISECONDS });
  const work = newLane('Fovea engine');
  const interactive = newLane('Fovea engine (interactive)');
  const inspecting = newLane('Fovea engine (checkpoints)');
  const laneOf = (name: EngineRequestName): EngineLane => {
    if (name === 'inspectBackbone') return inspecting;
    return name === 'evaluate' || quickRequests.has(name) ? interactive : work;
  };
  return {
    request: (name, input, listeners = {}) => laneOf(name).request(name, input, listeners),
    get pid() {
      return work.pid;
    },
    dispose: () => {
      for (const lane of [work, interactive, inspecting]) lane.dispose();
    },
  };
}
