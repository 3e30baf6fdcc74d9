import type { Device } from '#shared/models/run-config';
import type { EngineDevice } from '../engine/backends/backend';

/** Services put a measured device in the place of `auto` before they train; whoever leaves it gets the CPU. */
export const resolveDevice = (device: Device): EngineDevice => (device === 'auto' ? 'cpu' : device);

/** Peak resident memory of this process, MiB. */
export const peakMemoryMB = (): number => process.resourceUsage().maxRSS / 1024;

export const memoryMB = (): number => process.memoryUsage.rss() / 2 ** 20;
