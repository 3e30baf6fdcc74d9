import type { DeviceInfo } from '#shared/models/device';
import type { Backend } from '../../engine/backends/backend';
import { createBackend } from '../../engine/backends/create-backend';
import { type Probe, probeTraining } from '../../engine/bench/probe-training';
import { relativeError } from '../../engine/selftest/check';
import type { FastestDevice } from '../core/protocol';
import { listDevices } from './devices';
import { quickGemmRate } from './speed';

/**
 * A device with a Gemm rate below this share of the CPU's is skipped: it is a driver that computes on the CPU, and
 * measuring its training step would take seconds.
 */
const MIN_RATE_SHARE = 0.25;
/** Maximum relative error of losses, norms and logits of two steps against the CPU: ten times that of golden cases. */
const TOLERANCE = 1e-2;
/** Minimum speed-up over the CPU, which is preferred because its results are reproducible to the bit. */
const MARGIN = 1.2;

export type DeviceId = DeviceInfo['id'];

export interface Measurements {
  createBackend(device: DeviceId): Backend;
  /** Rate of a matrix product in GFLOP/s. */
  gemmRate(backend: Backend): Promise<number>;
  probe(backend: Backend): Promise<Probe>;
}

const measurements: Measurements = {
  createBackend: (device) => createBackend({ device, threads: 0 }),
  gemmRate: quickGemmRate,
  probe: (backend) => probeTraining(backend),
};

let found: Promise<FastestDevice> | null = null;

/** Finds the device for `auto`, measured once per process. Never fails: the CPU is always available. */
export function findFastestDevice(): Promise<FastestDevice> {
  found ??= listDevices()
    .then((devices) => chooseFastest(candidatesOf(devices)))
    .catch(() => ({ device: 'cpu' as const, why: 'The devices of this machine could not be measured.' }));
  return found;
}

/** Devices to compare with the CPU. TensorFlow.js is one only on CUDA; on the CPU it is a slow reference. */
export const candidatesOf = (devices: readonly DeviceInfo[]): DeviceId[] =>
  devices
    .filter(({ id, name, available }) => available && id !== 'cpu' && (id !== 'tfjs' || name.includes('CUDA')))
    .map(({ id }) => id);

/**
 * Returns the device, of the CPU and `candidates`, that is fastest at a short training step and agrees with the CPU's
 * numbers. Devices that fail, disagree or are only slightly faster are rejected.
 */
export async function chooseFastest(
  candidates: readonly DeviceId[],
  { createBackend, gemmRate, probe }: Measurements = measurements,
): Promise<FastestDevice> {
  if (candidates.length === 0) return { device: 'cpu', why: 'The processor is the only device here.' };
  const cpu = createBackend('cpu');
  const cpuRate = await gemmRate(cpu);
  const reference = await probe(cpu);
  let best: FastestDevice = { device: 'cpu', why: 'The processor was the fastest at a short training step.' };
  let time = reference.millisecondsPerStep / MARGIN;
  for (const device of candidates) {
    try {
      const backend = createBackend(device);
      if ((await gemmRate(backend)) < MIN_RATE_SHARE * cpuRate) continue;
      const { millisecondsPerStep, numbers } = await probe(backend);
      // Written so that NaN is rejected.
      const agrees = relativeError(numbers, reference.numbers) <= TOLERANCE;
      if (!agrees || !(millisecondsPerStep < time)) continue;
      time = millisecondsPerStep;
      const factor = (reference.millisecondsPerStep / time).toFixed(1);
      best = {
        device,
        why: `A short training step was ${factor} times as fast as on the processor, with its numbers.`,
      };
    } catch {
      // A device that fails is rejected.
    }
  }
  return best;
}
