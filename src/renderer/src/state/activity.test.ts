import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '#shared/ipc/contract';
import type { RunProgress } from '#shared/models/run';
import { followActivity, refreshRuns, useActivity } from './activity';
import { useToasts } from './toasts';

const main = vi.hoisted(() => ({
  invoke: vi.fn(),
  listeners: new Map<string, (payload: unknown) => void>(),
  connection: (_state: 'open' | 'lost') => {},
}));
vi.mock('../bridge/bridge', () => ({
  invoke: main.invoke,
  on: (name: string, listener: (payload: unknown) => void) => {
    main.listeners.set(name, listener);
    return () => main.listeners.delete(name);
  },
  onConnection: (listener: typeof main.connection) => {
    main.connection = listener;
    return () => {
      main.connection = () => {};
    };
  },
}));

const job = (id: string, state: Job['state']): Job => ({
  id,
  name: 'dataset.import',
  subject: { project: 'p', run: null, split: null },
  state,
  progress: { kind: 'starting' },
  error: null,
});
const progress = (run: string, state: RunProgress['state']) => ({ run, state }) as RunProgress;
const states = () => Object.values(useActivity.getState().jobs).map(({ id, state }) => `${id} ${state}`);

/** Main's answers; `jobs` is called on each request. */
let jobs: () => Promise<readonly Job[]> | readonly Job[];
let runs: readonly { id: string; state: RunProgress['state'] }[];
beforeEach(() => {
  jobs = () => [];
  runs = [];
  useActivity.setState({ jobs: {}, runs: {} });
  useToasts.setState({ toasts: [] });
  main.invoke.mockReset().mockImplementation(async (name: string, input: { run: string }) => {
    if (name === 'jobs.list') return { jobs: await jobs() };
    if (name === 'runs.list') return { runs };
    return progress(input.run, runs.find(({ id }) => id === input.run)?.state ?? 'finished');
  });
});

describe('the activity of main', () => {
  it('is known from before the window opened, and follows events until it ends', async () => {
    jobs = () => [job('earlier', 'running')];
    const end = followActivity();
    await vi.waitFor(() => expect(states()).toEqual(['earlier running']));
    main.listeners.get('job')?.(job('earlier', 'done'));
    main.listeners.get('job')?.(job('next', 'running'));
    main.listeners.get('run.progress')?.({ project: 'p', progress: progress('r', 'running') });
    expect(states()).toEqual(['earlier done', 'next running']);
    expect(useActivity.getState().runs).toMatchObject({ r: { project: 'p', progress: { state: 'running' } } });
    end();
    expect(main.listeners.size).toBe(0);
  });

  it('is not reset by a reply older than an event', async () => {
    let answer = (_jobs: readonly Job[]) => {};
    jobs = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const end = followActivity();
    await vi.waitFor(() => expect(main.invoke).toHaveBeenCalled());
    main.listeners.get('job')?.(job('j', 'done'));
    answer([job('j', 'running'), job('k', 'running')]);
    await vi.waitFor(() => expect(states()).toEqual(['j done', 'k running']));
    end();
  });

  it('is requested again after a lost connection, since its end may have been missed', async () => {
    const end = followActivity();
    main.listeners.get('job')?.(job('j', 'running'));
    main.listeners.get('run.progress')?.({ project: 'p', progress: progress('r', 'running') });
    main.connection('lost');
    jobs = () => [job('j', 'done')];
    runs = [{ id: 'r', state: 'finished' }];
    main.connection('open');
    await vi.waitFor(() => expect(states()).toEqual(['j done']));
    await vi.waitFor(() => expect(useActivity.getState().runs['r']?.progress.state).toBe('finished'));
    end();
  });

  it('shows an error if main does not report it', async () => {
    jobs = () => Promise.reject(new Error('no'));
    const end = followActivity();
    await vi.waitFor(() => expect(useToasts.getState().toasts).toMatchObject([{ kind: 'error' }]));
    end();
  });
});

it('requests the progress of runs that are active, or were when the window last knew', async () => {
  useActivity.setState({ runs: { ended: { project: 'p', progress: progress('ended', 'running') } } });
  runs = [
    { id: 'going', state: 'running' },
    { id: 'ended', state: 'failed' },
    { id: 'old', state: 'finished' },
  ];
  await refreshRuns('p');
  expect(main.invoke.mock.calls.map(([name, { run }]) => run ?? name)).toEqual(['runs.list', 'going', 'ended']);
  expect(useActivity.getState().runs['ended']?.progress.state).toBe('failed');
});
