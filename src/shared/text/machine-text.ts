import type { Recommendation, Recommendations } from '../models/recommendation';
import { deviceNames } from '../training/device-names';
import { formatBytes, formatQuantity } from './number';

/** Titles of the recommended backbones. */
export const roleTitles: Readonly<Record<Recommendation['role'], string>> = {
  fast: 'Fast',
  better: 'Better',
  medical: 'Medical',
};

/** "2 processor cores, 16 GB of memory, no graphics card, 61 GFLOP/s (Processor)". */
export function machineText({ cores, memoryMB, graphicsCards, device, gflops }: Recommendations['machine']): string {
  return [
    formatQuantity(cores, 'processor core'),
    `${formatBytes(memoryMB * 2 ** 20)} of memory`,
    graphicsCards.length === 0 ? 'no graphics card' : graphicsCards.join(' and '),
    gflops === null ? 'speed not measured' : `${Math.round(gflops)} GFLOP/s (${deviceNames[device]})`,
  ].join(', ');
}
