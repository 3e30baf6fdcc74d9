import { createBackend } from '../../engine/backends/create-backend';
import type { MachineSpeed } from '../core/protocol';
import { findFastestDevice } from './fastest-device';
import { graphicsCards } from './graphics-cards';
import { quickGemmRate, UTILISATION } from './speed';

/** Measures the device that `auto` selects, with the default number of threads. Measures anew in each call. */
export async function machineSpeed(): Promise<MachineSpeed> {
  const { device } = await findFastestDevice();
  const rate = await quickGemmRate(createBackend({ device, threads: 0 })).catch(() => null);
  return { device, gflops: rate === null ? null : rate * UTILISATION, graphicsCards: await graphicsCards() };
}
