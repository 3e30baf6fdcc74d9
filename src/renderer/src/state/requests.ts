import { QueryClient, type QueryFilters, type UseQueryResult, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { onceAtATime } from '#shared/async/once-at-a-time';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract';
import { invoke, on, onConnection } from '../bridge/bridge';
import { useSession } from './session';
import { showError } from './toasts';

export const queryClient = new QueryClient({
  defaultOptions: {
    // Main tells by events what changed; asking again on focus or by time would only repeat work.
    queries: { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false, retry: false, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
});

/** The answer to a request, cached by name and input, and asked for again when its project changes. */
export function useRequest<K extends RequestName>(
  name: K,
  input: RequestInput<K>,
  options: { enabled?: boolean; keepPrevious?: boolean } = {},
): UseQueryResult<RequestOutput<K>> {
  return useQuery<RequestOutput<K>>({
    queryKey: [name, input],
    queryFn: () => invoke(name, input),
    enabled: options.enabled ?? true,
    ...(options.keepPrevious === true ? { placeholderData: (previous: RequestOutput<K> | undefined) => previous } : {}),
  } as Parameters<typeof useQuery<RequestOutput<K>>>[0]);
}

/**
 * A request that changes something. Errors are shown as a toast unless `quiet`. A second click before the answer to the
 * same request asks nothing: two runs would start.
 */
export function useCommand<K extends RequestName>(
  name: K,
  options: { quiet?: boolean; onSuccess?: (output: RequestOutput<K>, input: RequestInput<K>) => void } = {},
) {
  const mutation = useMutation<RequestOutput<K>, Error, RequestInput<K>>({
    mutationFn: (input) => invoke(name, input),
    onError: (error) => {
      if (options.quiet !== true) showError(error);
    },
    onSuccess: (output, input) => options.onSuccess?.(output, input),
  });
  const [once] = useState(onceAtATime);
  const { mutateAsync } = mutation;
  const mutate = (input: RequestInput<K>, then: { onSuccess?: (output: RequestOutput<K>) => void } = {}) =>
    once(JSON.stringify(input), () => mutateAsync(input, then));
  return { ...mutation, mutate };
}

/**
 * Asks again for every shown answer that `filters` take. One that is under way may have left main before
 * the change: it is not waited for.
 */
export async function askAgain(filters: QueryFilters): Promise<void> {
  await queryClient.cancelQueries(filters);
  await queryClient.invalidateQueries(filters);
}

/** Asks again for every shown answer of these requests, whatever their input. */
export function refresh(...names: readonly RequestName[]): void {
  for (const name of names) void askAgain({ queryKey: [name] });
}

/** Requests whose answers each kind of change makes stale. */
const affected: Record<'dataset' | 'runs' | 'evaluations' | 'backbones', readonly RequestName[]> = {
  dataset: [
    'dataset.summary',
    'dataset.ids',
    'dataset.images',
    'dataset.image',
    'dataset.duplicates',
    'confounders.get',
    'confounders.table',
    'dataset.origins',
    'dataset.facets',
    'dataset.balance',
    'dataset.report',
    'dataset.readTable',
    'readers.summary',
    'readers.table',
    'readers.disagreements',
    'review.list',
    'projects.list',
    'runs.preview',
    'evaluations.cases',
    'experiments.planFolds',
    'experiments.planLeak',
    'experiments.cases',
  ],
  runs: [
    'runs.list',
    'runs.get',
    'runs.diagnosis',
    'runs.log',
    'runs.progress',
    'runs.compare',
    'projects.list',
    'review.list',
    'evaluations.get',
    'experiments.list',
    'experiments.get',
  ],
  evaluations: [
    'evaluations.openings',
    'evaluations.get',
    'evaluations.cases',
    'runs.list',
    'runs.get',
    'runs.compare',
    'experiments.get',
    'experiments.cases',
    'dataset.summary',
    'review.list',
  ],
  backbones: ['backbones.list', 'runs.preview'],
};

/** Connects main's events to the cache. Call once, at start; returns what ends it. */
export function followChanges(): () => void {
  const endChanged = on('project.changed', ({ what }) => refresh(...affected[what]));
  const endConnection = onConnection((state) => {
    useSession.setState({ connected: state === 'open' });
    if (state === 'open') void queryClient.invalidateQueries();
  });
  return () => {
    endChanged();
    endConnection();
  };
}
