import type { HostLauncher } from '../../process/host';
import { type EngineRequestName, type EngineRequests, quickRequests } from '../core/protocol';
import { type EngineCall, EngineLane, type EngineListeners } from './lane';

export type { EngineAction, EngineCall, EngineListeners } from './lane';

export interface EngineClient {
  /**
   * Asks the engine. What someone waits for (`quickRequests`) and evaluations have a process of their own, so that they
   * never wait for a training; there the quick ones come between two batches of an evaluation. `inspectBackbone` reads
   * what may not answer, and its process is given up then: it has a third one. All else runs one at a time in another.
   */
  request<K extends EngineRequestName>(
    name: K,
    input: EngineRequests[K]['input'],
    listeners?: EngineListeners,
  ): EngineCall<K>;
  /** Of the process that trains; undefined while there is none. */
  readonly pid: number | undefined;
  /** Ends all processes; what runs is rejected with `engine_closed`. */
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
