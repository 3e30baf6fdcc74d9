import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '#shared/ipc/contract';
import { useActivity } from './activity';
import { runningJob, startJob } from './jobs';

const bridge = vi.hoisted(() => ({ invoke: vi.fn() }));
vi.mock('../bridge/bridge', () => ({ ...bridge, on: () => () => {} }));

const job = (more: Partial<Job>): Job => ({
  id: 'j',
  name: 'evaluations.evaluate',
  subject: { project: 'p', run: 'r', split: 'validation' },
  state: 'running',
  progress: { kind: 'starting' },
  error: null,
  ...more,
});
const target = { project: 'p', run: 'r', split: 'validation' } as const;

describe('the running job', () => {
  it('is found by its subject, whoever started it', () => {
    expect(runningJob([job({ id: 'own' })], 'evaluations.evaluate', target)?.id).toBe('own');
    const waiting = job({ progress: { kind: 'waiting', behind: ['export'] } });
    expect(runningJob([waiting], 'evaluations.evaluate', target)).not.toBeNull();
  });

  it('does not belong to another split, run, project or name, and has not ended', () => {
    const others = [
      job({ subject: { ...target, split: 'test' } }),
      job({ subject: { ...target, run: 'other' } }),
      job({ subject: { ...target, project: 'other' } }),
      job({ state: 'done' }),
      job({ name: 'exports.comparePrecisions' }),
    ];
    expect(runningJob(others, 'evaluations.evaluate', target)).toBeNull();
  });
});

describe('a started job', () => {
  /** Main's answers about jobs: the job as listed, and its result. */
  const answer = (listed: Job | null, result: unknown) =>
    bridge.invoke.mockImplementation(async (name: string) => {
      if (name === 'confounders.scan') return { job: 'j' };
      if (name === 'jobs.list') return { jobs: listed === null ? [] : [listed] };
      if (name !== 'jobs.result') throw new Error(name);
      if (result instanceof Error) throw result;
      return result;
    });
  beforeEach(() => useActivity.setState({ jobs: {}, runs: {} }));
  const scan = { id: 'j', name: 'confounders.scan' } as const;

  it('resolves with its result when an event reports its end', async () => {
    answer(null, { summary: 'nothing' });
    const { result } = await startJob('confounders.scan', { project: 'p' });
    useActivity.setState({ jobs: { j: job({ ...scan, state: 'running' }) } });
    useActivity.setState({ jobs: { j: job({ ...scan, state: 'done' }) } });
    expect(await result).toEqual({ summary: 'nothing' });
  });

  it('resolves even if it ended before its first event arrived', async () => {
    answer(job({ ...scan, state: 'done' }), { summary: 'quick' });
    expect(await (await startJob('confounders.scan', { project: 'p' })).result).toEqual({ summary: 'quick' });
  });

  it('rejects with its error, and resolves with null if cancelled without a result', async () => {
    const error = { code: 'no_labels', message: 'No image has a label yet.', hint: 'Label images.' };
    answer(job({ ...scan, state: 'failed', error }), null);
    await expect((await startJob('confounders.scan', { project: 'p' })).result).rejects.toMatchObject(error);
    useActivity.setState({ jobs: {} });
    answer(job({ ...scan, state: 'cancelled' }), new Error('cancelled'));
    expect(await (await startJob('confounders.scan', { project: 'p' })).result).toBeNull();
  });
});
