import type { BatchStatistics } from '../models/batch-check';
import { formatFixed } from './number';

const value = (number: number | null): string => (number === null ? '–' : formatFixed(number, 3));

/** Names and values of a batch's statistics, for people. */
export function batchRows({ minimum, maximum, mean, notFinite, channels }: BatchStatistics): [string, string][] {
  return [
    ['Minimum', value(minimum)],
    ['Maximum', value(maximum)],
    ['Mean', value(mean)],
    ['NaN or infinite', String(notFinite)],
    ['Channel means', channels.map((channel) => value(channel.mean)).join(', ')],
    ['Channel standard deviations', channels.map((channel) => value(channel.standardDeviation)).join(', ')],
  ];
}

export const viewNames = { evaluation: 'Evaluation', augmented: 'Augmented, as in training' } as const;
