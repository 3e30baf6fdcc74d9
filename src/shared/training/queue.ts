import type { RunSummary } from '../models/run';

/** Positions of the queued runs, from 1, by run id. */
export function queuePlaces(runs: readonly Pick<RunSummary, 'id' | 'state' | 'queueOrder'>[]): Map<string, number> {
  const waiting = runs.filter(({ state }) => state === 'queued').sort((a, b) => a.queueOrder - b.queueOrder);
  return new Map(waiting.map(({ id }, index) => [id, index + 1]));
}
