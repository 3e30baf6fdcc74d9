import type { Device } from '#shared/models/run-config';
import type { EngineClient } from '../../engine-host/client/client';
import type { FastestDevice } from '../../engine-host/core/protocol';

type Engine = Pick<EngineClient, 'request'>;

/** Measured once: devices do not change while Fovea runs, and a driver that crashes its process is not tried again. */
const measured = new WeakMap<Engine, Promise<FastestDevice>>();

/**
 * Resolves a device setting. `auto` is the fastest device whose training agrees with the CPU's, measured once in the
 * interactive engine process; if that fails or a driver crashes the process, it is the CPU.
 */
export async function usedDevice(
  engine: Engine,
  device: Device,
): Promise<{ readonly device: FastestDevice['device']; readonly why: string | null }> {
  if (device !== 'auto') return { device, why: null };
  const known = measured.get(engine);
  if (known !== undefined) return known;
  const found = engine.request('fastestDevice', {}).result.catch(() => ({
    device: 'cpu' as const,
    why: 'The processor, because another device failed while it was measured.',
  }));
  measured.set(engine, found);
  return found;
}
