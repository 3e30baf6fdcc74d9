import type { Device } from '#shared/models/run-config';

/** `auto` is the CPU until a device has been measured to be faster and checked against it. */
export const resolveDevice = (device: Device): 'cpu' | 'webgpu' => (device === 'webgpu' ? 'webgpu' : 'cpu');

/** Peak resident memory of this process, MiB. */
export const peakMemoryMB = (): number => process.resourceUsage().maxRSS / 1024;

export const memoryMB = (): number => process.memoryUsage.rss() / 2 ** 20;
