import { useQueries } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { FilePrediction } from '#shared/models/prediction';
import { invoke } from '../../bridge/bridge';
import { useActivity } from '../../state/activity';
import { askAgain } from '../../state/requests';
import type { Batch } from './predict-store';

const noBatches: readonly Batch[] = [];

/**
 * All answers of some batches so far, newest batch first, and the run that gave each; asked for again while they come
 * in.
 */
export function useAnswers(batches: readonly Batch[] = noBatches) {
  const jobs = useActivity((state) => state.jobs);
  const going = batches.filter(({ job }) => (jobs[job]?.state ?? 'running') === 'running');
  const results = useQueries({
    queries: batches.map(({ job }) => ({
      queryKey: ['predictions.list', { job }],
      queryFn: () => invoke('predictions.list', { job }),
      refetchInterval: going.some((batch) => batch.job === job) ? 700 : (false as const),
    })),
  });
  // One last question when a batch ends: what came between the last one and the end.
  const ended = batches
    .filter((batch) => !going.includes(batch))
    .map(({ job }) => job)
    .join(' ');
  useEffect(() => {
    for (const job of ended === '' ? [] : ended.split(' ')) {
      void askAgain({ queryKey: ['predictions.list', { job }] });
    }
  }, [ended]);
  const answers: FilePrediction[] = results.toReversed().flatMap(({ data }) => data?.predictions ?? []);
  const runOf = new Map(
    results.flatMap(({ data }, index) =>
      (data?.predictions ?? []).map(({ id }) => [id, batches[index]?.run ?? ''] as const),
    ),
  );
  return { answers, runOf, going, error: results.find(({ isError }) => isError)?.error ?? null };
}
