import { QueryClient, type UseQueryResult, useMutation, useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { onceAtATime } from '#shared/async/once-at-a-time';
import type { CommandName, QueryName, RequestInput, RequestOutput } from '#shared/ipc/contract';
import { invoke, on, onConnection } from '../bridge/bridge';
import { useSession } from './session';
import { type Change, isStale } from './stale';
import { showError } from './toasts';

export const queryClient = new QueryClient({
  defaultOptions: {
    // Main announces changes; refetching on focus or by time would only repeat work.
    queries: { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false, retry: false, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
});

/** The result of a query, cached by name and input, and refetched when a topic it reads changes. */
export function useRequest<K extends QueryName>(
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

/** The results of one query for several inputs, in their order. */
export function useRequests<K extends QueryName>(
  name: K,
  inputs: readonly RequestInput<K>[],
): UseQueryResult<RequestOutput<K>>[] {
  return useQueries({
    queries: inputs.map((input) => ({ queryKey: [name, input], queryFn: () => invoke(name, input) })),
  }) as UseQueryResult<RequestOutput<K>>[];
}

/**
 * A request that changes something; main announces the changes. Errors are shown as a toast unless `quiet`; `mutate`
 * and `mutateAsync` take the request's input. Until the answer arrives, repeating the same request does nothing: a
 * double click must not start two runs.
 */
export function useCommand<K extends CommandName>(
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
  const [runOnce] = useState(onceAtATime);
  const { mutateAsync } = mutation;
  const mutate = (input: RequestInput<K>, then: { onSuccess?: (output: RequestOutput<K>) => void } = {}) =>
    runOnce(JSON.stringify(input), () => mutateAsync(input, then));
  return { ...mutation, mutate };
}

/** Changes within this time are gathered, so that each query is refetched only once. */
const GATHER_MS = 10;
let changes: Change[] = [];

/** Soon refetches every visible query that a change makes stale. */
export function refetchStale(change: Change): void {
  changes.push(change);
  if (changes.length > 1) return;
  setTimeout(async () => {
    const gatheredChanges = changes;
    changes = [];
    const filters = {
      predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => isStale(queryKey, gatheredChanges),
    };
    // Cancel in-flight queries first: their answers may predate the change.
    await queryClient.cancelQueries(filters);
    await queryClient.invalidateQueries(filters);
  }, GATHER_MS);
}

/** Listens for main's announcements. Call once, at start; returns a function that stops it. */
export function followChanges(): () => void {
  const endChanged = on('changed', refetchStale);
  const endConnection = onConnection((state) => {
    useSession.setState({ connected: state === 'open' });
    if (state === 'open') void queryClient.invalidateQueries();
  });
  return () => {
    endChanged();
    endConnection();
  };
}
