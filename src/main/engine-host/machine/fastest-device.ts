import type { DeviceInfo } from '#shared/models/device';
import type { Backend } from '../../engine/backends/backend';
import { createBackend } from '../../engine/backends/create-backend';
import { type Probe, probeTraining } from '../../engine/bench/probe-training';
import { relativeError } from '../../engine/selftest/check';
import type { FastestDevice } from '../core/protocol';
import { listDevices } from './devices';
import { quickGemmRate } from './speed';

/**
 * A device that multiplies at less than this share of the CPU's rate is not tried further: it is a driver that computes
 * on the CPU, whose training step would take seconds to lose by.
 */
const HOPELESS = 0.25;
/** Losses, norms and logits of two steps on a GPU against the CPU's: ten times the limit of the golden cases. */
const TOLERANCE = 1e-2;
/** What a device must be faster by than the CPU, which repeats its results to the bit. */
const MARGIN = 1.2;

export type DeviceId = DeviceInfo['id'];

export interface Contest {
  createBackend(device: DeviceId): Backend;
  /** GFLOP/s of a matrix product. */
  gemmRate(backend: Backend): Promise<number>;
  probe(backend: Backend): Promise<Probe>;
}

const contest: Contest = {
  createBackend: (device) => createBackend({ device, threads: 0 }),
  gemmRate: quickGemmRate,
  probe: (backend) => probeTraining(backend),
};

let found: Promise<FastestDevice> | null = null;

/** What `auto` stands for: measured once in the life of this process. Never fails; the CPU is always there. */
export function findFastestDevice(): Promise<FastestDevice> {
  found ??= listDevices()
    .then((devices) => chooseFastest(candidatesOf(devices)))
    .catch(() => ({ device: 'cpu' as const, why: 'The devices of this machine could not be measured.' }));
  return found;
}

/** TensorFlow.js takes part where it computes on CUDA; on the CPU it is a reference and slow. */
export const candidatesOf = (devices: readonly DeviceInfo[]): DeviceId[] =>
  devices
    .filter(({ id, name, available }) => available && id !== 'cpu' && (id !== 'tfjs' || name.includes('CUDA')))
    .map(({ id }) => id);

/**
 * The fastest of the CPU and `candidates` at a short training step whose numbers agree with the CPU's. A device that
 * fails, computes something else or is only a little faster loses.
 */
export async function chooseFastest(
  candidates: readonly DeviceId[],
  { createBackend, gemmRate, probe }: Contest = contest,
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
      if ((await gemmRate(backend)) < HOPELESS * cpuRate) continue;
      const { millisecondsPerStep, numbers } = await probe(backend);
      // Written so that NaN loses.
      const agrees = relativeError(numbers, reference.numbers) <= TOLERANCE;
      if (!agrees || !(millisecondsPerStep < time)) continue;
      time = millisecondsPerStep;
      const factor = (reference.millisecondsPerStep / time).toFixed(1);
      best = {
        device,
        why: `A short training step was ${factor} times as fast as on the processor, with its numbers.`,
      };
    } catch {
      // A device that fails is out.
    }
  }
  return best;
}
