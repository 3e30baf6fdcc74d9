import { useQueries } from '@tanstack/react-query';
import type { FilePrediction } from '#shared/models/prediction';
import { invoke } from '../../bridge/bridge';
import { useActivity } from '../../state/activity';
import type { Batch } from './predict-store';

const noBatches: readonly Batch[] = [];

/** All predictions of some batches so far, newest batch first, and the run that made each. Main announces new ones. */
export function usePredictions(batches: readonly Batch[] = noBatches) {
  const jobs = useActivity((state) => state.jobs);
  const running = batches.filter(({ job }) => (jobs[job]?.state ?? 'running') === 'running');
  const results = useQueries({
    queries: batches.map(({ job }) => ({
      queryKey: ['predictions.list', { job }],
      queryFn: () => invoke('predictions.list', { job }),
    })),
  });
  const predictions: FilePrediction[] = results.toReversed().flatMap(({ data }) => data?.predictions ?? []);
  const runOf = new Map(
    results.flatMap(({ data }, index) =>
      (data?.predictions ?? []).map(({ id }) => [id, batches[index]?.run ?? ''] as const),
    ),
  );
  return { predictions, runOf, running, error: results.find(({ isError }) => isError)?.error ?? null };
}
