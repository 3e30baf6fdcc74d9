import { FoveaError } from '#shared/ipc/errors';
import type { Device } from '#shared/models/run-config';
import { deviceProblem } from '../engine/backends/availability';
import type { EngineDevice } from '../engine/backends/backend';

/** Services put a measured device in the place of `auto` before they train; whoever leaves it gets the CPU. */
export const resolveDevice = (device: Device): EngineDevice => (device === 'auto' ? 'cpu' : device);

/** Devices that were found to work: they are not asked again in the life of this process. */
const working = new Set<EngineDevice>(['cpu', 'tfjs']);

async function problemOf(device: EngineDevice): Promise<string | null> {
  if (device === 'tfjs' || working.has(device)) return null;
  const problem = await deviceProblem(device);
  if (problem === null) working.add(device);
  return problem;
}

/**
 * The device that was asked for.
 *
 * @throws FoveaError `device_unavailable` with what it lacks and what to do
 */
export async function requireDevice(device: Device): Promise<EngineDevice> {
  const wanted = resolveDevice(device);
  const problem = await problemOf(wanted);
  if (problem === null) return wanted;
  throw new FoveaError('device_unavailable', `The device "${wanted}" cannot be used here. ${problem}`, {
    hint: 'Or choose another device: auto takes the fastest that works here.',
  });
}

/** The same, or the CPU: a trained model answers on a machine without the device that trained it. */
export async function deviceOrCpu(device: Device): Promise<EngineDevice> {
  const wanted = resolveDevice(device);
  return (await problemOf(wanted)) === null ? wanted : 'cpu';
}

/** Peak resident memory of this process, MiB. */
export const peakMemoryMB = (): number => process.resourceUsage().maxRSS / 1024;

export const memoryMB = (): number => process.memoryUsage.rss() / 2 ** 20;
