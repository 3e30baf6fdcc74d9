import type { RunSummary } from '#shared/models/run';
import { formatFixed } from '#shared/text/number';
import { formatDuration } from '#shared/text/time';
import { queuePlaces } from '#shared/training/queue';
import { table } from '../table';

/** Runs as aligned columns; the state of a queued run includes its place in the queue. */
export function runTable(runs: readonly RunSummary[]): string {
  const places = queuePlaces(runs);
  return table(
    ['run', 'state', 'backbone', 'preset', 'epochs', 'best', 'time'],
    runs.map(({ id, state, backbone, preset, epochsDone, epochs, best, seconds, signOff, parent }) => [
      id,
      `${places.has(id) ? `${state}, place ${places.get(id)}` : state}${signOff === null ? '' : ', leaking split'}${parent === null ? '' : `, continues ${parent.run}`}`,
      backbone,
      preset,
      `${epochsDone}/${epochs}`,
      best === null ? '–' : `${best.metric} ${formatFixed(best.value)}`,
      formatDuration(seconds),
    ]),
  );
}
