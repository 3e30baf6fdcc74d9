// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '#shared/ipc/contract';
import { type RenderedHook, renderHook } from '../test-support/render-hook';
import { recordJob, useActivity } from './activity';
import { type JobState, useJob } from './jobs';

const bridge = vi.hoisted(() => ({ invoke: vi.fn() }));
vi.mock('../bridge/bridge', () => ({ ...bridge, on: () => () => {}, onConnection: () => () => {} }));

const input = { project: 'p' };
const job = (more: Partial<Job> = {}): Job => ({
  id: 'j',
  name: 'confounders.scan',
  subject: { project: 'p', run: null, split: null },
  state: 'running',
  progress: { kind: 'starting' },
  error: null,
  ...more,
});
const asked = (name: string) => bridge.invoke.mock.calls.filter(([asked]) => asked === name).length;

let scan: RenderedHook<JobState<'confounders.scan'>>;
let result: () => unknown;
beforeEach(async () => {
  useActivity.setState({ jobs: {}, runs: {} });
  result = () => 'findings';
  bridge.invoke.mockReset().mockImplementation(async (name: string) => {
    if (name === 'confounders.scan') return { job: 'j' };
    if (name === 'jobs.list') return { jobs: [] };
    return name === 'jobs.result' ? result() : {};
  });
  scan = await renderHook(() => useJob('confounders.scan', input));
});
afterEach(() => scan.unmount());
const announce = (more: Partial<Job> = {}) => scan.act(() => recordJob(job(more)));

describe('work started by a screen', () => {
  it('runs once on a double click, and returns its result', async () => {
    const started: string[] = [];
    let value: Promise<unknown> = Promise.resolve();
    await scan.act(() => {
      value = scan.current.start(input, (id) => started.push(id));
      void scan.current.start(input);
    });
    expect(asked('confounders.scan')).toBe(1);
    expect(started).toEqual(['j']);
    expect(scan.current).toMatchObject({ running: true, job: null, result: null });
    await announce();
    expect(scan.current).toMatchObject({ running: true, job: { id: 'j' } });
    await announce({ state: 'done' });
    expect(scan.current).toMatchObject({ running: false, job: null, result: 'findings', error: null });
    expect(await value).toBe('findings');
  });

  it('shows why it failed, until dismissed or started again', async () => {
    await scan.act(() => void scan.current.start(input));
    const error = { code: 'no_labels', message: 'No image has a label yet.', hint: null };
    await announce({ state: 'failed', error });
    expect(scan.current).toMatchObject({ running: false, result: null, error });
    await scan.act(() => scan.current.clearError());
    expect(scan.current.error).toBeNull();
    bridge.invoke.mockRejectedValueOnce(new Error('not started'));
    await scan.act(() => void scan.current.start(input));
    expect(scan.current).toMatchObject({ running: false, error: { message: 'not started' } });
    useActivity.setState({ jobs: {} });
    await scan.act(() => void scan.current.start(input));
    expect(scan.current).toMatchObject({ running: true, error: null });
  });

  it('has neither result nor error once cancelled', async () => {
    await scan.act(() => void scan.current.start(input));
    await scan.act(() => scan.current.cancel());
    expect(asked('jobs.cancel')).toBe(0);
    await announce();
    await scan.act(() => scan.current.cancel());
    expect(bridge.invoke).toHaveBeenCalledWith('jobs.cancel', { job: 'j' });
    result = () => {
      throw new Error('cancelled');
    };
    await announce({ state: 'cancelled' });
    expect(scan.current).toMatchObject({ running: false, result: null, error: null });
  });

  it('does not start if nothing was chosen, and keeps its result', async () => {
    await scan.act(() => void scan.current.start(input));
    await announce({ state: 'done' });
    await scan.act(() => void scan.current.start(async () => null));
    expect(asked('confounders.scan')).toBe(1);
    expect(scan.current).toMatchObject({ running: false, result: 'findings' });
  });
});

describe('work started by another window', () => {
  it('is shown, can be cancelled, and is not started twice', async () => {
    await announce({ id: 'theirs' });
    expect(scan.current).toMatchObject({ running: true, job: { id: 'theirs' } });
    expect(await scan.current.start(input)).toBeNull();
    expect(asked('confounders.scan')).toBe(0);
    await scan.act(() => scan.current.cancel());
    expect(bridge.invoke).toHaveBeenCalledWith('jobs.cancel', { job: 'theirs' });
    await announce({ id: 'theirs', state: 'done' });
    expect(scan.current).toMatchObject({ running: false, result: null });
  });

  it('in another project does not appear on this screen', async () => {
    await announce({ subject: { project: 'other', run: null, split: null } });
    expect(scan.current).toMatchObject({ running: false, job: null });
  });
});
