import { FoveaError } from '#shared/ipc/errors';
import type { Device, RunConfig } from '#shared/models/run-config';
import { deviceProblem, halfPrecisionProblem } from '../../engine/backends/availability';
import type { EngineDevice } from '../../engine/backends/backend';

/** Resolves `auto` to the CPU: services replace `auto` with the fastest device before they train. */
export const resolveDevice = (device: Device): EngineDevice => (device === 'auto' ? 'cpu' : device);

/** Devices found to work; not tested again in this process. */
const working = new Set<EngineDevice>(['cpu', 'tfjs']);

async function problemOf(device: EngineDevice): Promise<string | null> {
  if (device === 'tfjs' || working.has(device)) return null;
  const problem = await deviceProblem(device);
  if (problem === null) working.add(device);
  return problem;
}

/**
 * Returns the requested device.
 *
 * @throws FoveaError `device_unavailable`, with the cause and a remedy
 */
export async function requireDevice(device: Device): Promise<EngineDevice> {
  const wanted = resolveDevice(device);
  const problem = await problemOf(wanted);
  if (problem === null) return wanted;
  throw new FoveaError('device_unavailable', `The device "${wanted}" cannot be used here. ${problem}`, {
    hint: 'Or choose another device: auto uses the fastest one that works here.',
  });
}

/**
 * Returns the device of a run if it supports the run's precision.
 *
 * @throws FoveaError `device_unavailable`, `precision_unavailable`
 */
export async function requirePrecision({
  device,
  precision,
}: Pick<RunConfig, 'device' | 'precision'>): Promise<EngineDevice> {
  const wanted = await requireDevice(device);
  if (precision === 'fp32') return wanted;
  const problem = await halfPrecisionProblem(wanted);
  if (problem === null) return wanted;
  throw new FoveaError(
    'precision_unavailable',
    `The device "${wanted}" cannot train in half precision (fp16). ${problem}`,
    {
      hint: 'Choose the precision fp32, or WebGPU on a graphics card that supports half floats.',
    },
  );
}

/** Returns the requested device if it works, else the CPU: a trained model must predict on any machine. */
export async function deviceOrCpu(device: Device): Promise<EngineDevice> {
  const wanted = resolveDevice(device);
  return (await problemOf(wanted)) === null ? wanted : 'cpu';
}

/** Peak resident memory of this process in MiB. */
export const peakMemoryMB = (): number => process.resourceUsage().maxRSS / 1024;

export const memoryMB = (): number => process.memoryUsage.rss() / 2 ** 20;
