import type { Device } from '#shared/models/run-config';
import type { EngineDevice } from '../engine/backends/backend';

/** `auto` is the CPU until a device has been measured to be faster and checked against it. */
export const resolveDevice = (device: Device): EngineDevice => (device === 'auto' ? 'cpu' : device);

/** Peak resident memory of this process, MiB. */
export const peakMemoryMB = (): number => process.resourceUsage().maxRSS / 1024;

export const memoryMB = (): number => process.memoryUsage.rss() / 2 ** 20;
