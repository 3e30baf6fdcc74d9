import { describe, expect, it } from 'vitest';
import type { Job, JobResult } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import { createEvents } from './events';
import { createJobs, type JobHandle } from './jobs';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const imported = {} as JobResult<'dataset.import'>;

/** Work that runs until it is cancelled. */
const untilAborted = ({ signal }: JobHandle) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

describe('jobs', () => {
  it('return the result of their work', async () => {
    const jobs = createJobs(createEvents());
    const job = jobs.start('predictions.predict', { project: 'p' }, async () => ({ predictions: [], path: '/secret' }));
    expect(job.name).toBe('predictions.predict');
    expect(jobs.get(job.id)).toMatchObject({ subject: { project: 'p', run: null, split: null }, state: 'running' });
    expect(await job.result).toEqual({ predictions: [], path: '/secret' });
    expect(jobs.get(job.id).state).toBe('done');
    // The result conforms to the contract.
    expect(await jobs.result(job.id)).toEqual({ predictions: [] });
  });

  it('report progress at most ten times a second, and always the last state', async () => {
    const events = createEvents();
    const seen: Job[] = [];
    events.on('job', (job) => seen.push(job));
    const jobs = createJobs(events);
    const job = jobs.start('dataset.import', {}, async (handle) => {
      for (let i = 1; i <= 1000; i++) {
        handle.progress('importing', i, 1000);
        if (i % 100 === 0) await sleep(50);
      }
      return imported;
    });
    await job.result;
    await sleep(150);
    expect(seen.length).toBeGreaterThan(3);
    // Half a second at ten per second, plus the first, the last and a margin for a slow machine's timers.
    expect(seen.length).toBeLessThan(40);
    expect(seen.at(-1)).toMatchObject({ state: 'done', progress: { done: 1000, total: 1000 } });
    expect(seen.some(({ progress }) => progress.kind === 'working' && (progress.rate ?? 0) > 0)).toBe(true);
  });

  it('fail with a readable error', async () => {
    const jobs = createJobs(createEvents());
    const known = jobs.start('exports.write', {}, async () => {
      throw new FoveaError('disk_full', 'Full.', { hint: 'Make room.' });
    });
    const bug = jobs.start('exports.write', {}, async () => {
      throw new TypeError('secret detail');
    });
    await expect(jobs.result(known.id)).rejects.toThrow('Full.');
    await expect(jobs.result(bug.id)).rejects.toThrow('secret detail');
    expect(jobs.get(known.id)).toMatchObject({ state: 'failed', error: { code: 'disk_full', hint: 'Make room.' } });
    expect(jobs.get(bug.id).error?.code).toBe('internal');
    expect(jobs.get(bug.id).error?.message).not.toContain('secret');
  });

  it('can be cancelled, with a result if the work has one', async () => {
    const jobs = createJobs(createEvents());
    const stopped = jobs.start('predictions.predict', {}, untilAborted);
    const partial = jobs.start('predictions.predict', {}, (handle) =>
      untilAborted(handle).catch(() => ({ predictions: [] })),
    );
    jobs.cancel(stopped.id);
    await sleep(5);
    jobs.cancel(partial.id);
    await expect(jobs.result(stopped.id)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await jobs.result(partial.id)).toEqual({ predictions: [] });
    expect(jobs.list().map((job) => job.state)).toEqual(['cancelled', 'cancelled']);
    jobs.cancel(stopped.id);
    expect(() => jobs.cancel('nothing')).toThrow(/no longer available/);
    await expect(jobs.result('nothing')).rejects.toMatchObject({ code: 'job_unknown' });
  });

  it('all end before the app closes', async () => {
    const jobs = createJobs(createEvents());
    const ends: string[] = [];
    for (const name of ['a', 'b']) {
      jobs.start('dataset.import', {}, async (handle) => {
        await untilAborted(handle).catch(() => {});
        await sleep(20);
        ends.push(name);
        return imported;
      });
    }
    await sleep(5);
    await jobs.cancelAll();
    expect(ends.sort()).toEqual(['a', 'b']);
  });
});

describe('events', () => {
  it('reach every listener, even if one throws', () => {
    const failures: unknown[] = [];
    const events = createEvents((error) => failures.push(error));
    const heard: string[] = [];
    events.on('changed', () => {
      throw new Error('bad listener');
    });
    const off = events.on('changed', ({ topics }) => heard.push(...topics));
    events.onAny((name) => heard.push(name));
    events.emit('changed', { project: 'p', topics: ['runs'] });
    off();
    events.emit('changed', { project: 'p', topics: ['images'] });
    expect(heard).toEqual(['runs', 'changed', 'changed']);
    expect(failures).toHaveLength(2);
  });
});
