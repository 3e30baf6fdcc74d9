import type { Device } from '#shared/models/run-config';
import type { EngineClient } from '../../engine-host/client/client';
import type { FastestDevice } from '../../engine-host/core/protocol';

type Engine = Pick<EngineClient, 'request'>;

/** Devices do not change while Fovea runs, and a driver that ends its process is not asked twice. */
const measured = new WeakMap<Engine, Promise<FastestDevice>>();

/**
 * The device that a setting stands for. `auto` is the fastest whose training agrees with the CPU's, measured once in the
 * engine's process for short work; where that fails, or a driver takes the process with it, it is the CPU.
 */
export async function usedDevice(
  engine: Engine,
  device: Device,
): Promise<{ readonly device: FastestDevice['device']; readonly why: string | null }> {
  if (device !== 'auto') return { device, why: null };
  const known = measured.get(engine);
  if (known !== undefined) return known;
  const asked = engine.request('fastestDevice', {}).result.catch(() => ({
    device: 'cpu' as const,
    why: 'The processor, because another device failed while it was measured.',
  }));
  measured.set(engine, asked);
  return asked;
}
