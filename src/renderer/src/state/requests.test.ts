import { QueryObserver } from '@tanstack/react-query';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { QueryName } from '#shared/ipc/contract';
import { followChanges, queryClient } from './requests';
import { type Change, isStale } from './stale';

const main = vi.hoisted(() => ({ asked: [] as string[], announce: (_: unknown) => {} }));
vi.mock('../bridge/bridge', () => ({
  invoke: async (name: string) => {
    main.asked.push(name);
    return {};
  },
  on: (_: string, listener: (change: unknown) => void) => {
    main.announce = listener;
    return () => {};
  },
  onConnection: () => () => {},
}));

const { invoke } = await import('../bridge/bridge');

/** Mounts a query as a screen does. */
function show(name: QueryName, input: object): () => void {
  const queryFn = () => invoke(name, input as never);
  return new QueryObserver(queryClient, { queryKey: [name, input], queryFn }).subscribe(() => {});
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
  queryClient.clear();
});

describe('a change event', () => {
  it('makes each shown query that reads its topic in that project refetch once', async () => {
    const project = { project: 'p' };
    ends.push(followChanges());
    ends.push(show('dataset.summary', project), show('dataset.ids', { ...project, filter: {} }));
    ends.push(show('review.list', project), show('backbones.list', {}), show('dataset.summary', { project: 'other' }));
    await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0));
    main.asked.length = 0;
    // The events after one label key: the command's own, and those of the work it triggers.
    const labelled: Change = { project: 'p', topics: ['labels'] };
    main.announce(labelled);
    main.announce({ project: 'p', topics: ['labels', 'duplicates'] } satisfies Change);
    await vi.waitFor(() => expect(main.asked.length).toBeGreaterThan(0));
    await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0));
    expect([...main.asked].sort()).toEqual(['dataset.ids', 'dataset.summary', 'review.list']);
  });

  it('without a project concerns all projects', () => {
    const changes: Change[] = [{ project: null, topics: ['backbones'] }];
    expect(isStale(['backbones.list', {}], changes)).toBe(true);
    expect(isStale(['runs.preview', { project: 'p' }], changes)).toBe(true);
    expect(isStale(['runs.list', { project: 'p' }], changes)).toBe(false);
    expect(isStale(['pixels', 'p'], changes)).toBe(false);
  });
});
