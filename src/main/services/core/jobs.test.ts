import { describe, expect, it } from 'vitest';
import { FoveaError } from '#shared/ipc/errors';
import type { Job } from '#shared/models/job';
import { createEvents } from './events';
import { createJobs, type JobHandle } from './jobs';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Work that runs until it is told to stop. */
const untilAborted = ({ signal }: JobHandle) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

describe('jobs', () => {
  it('give back what the work gave', async () => {
    const jobs = createJobs(createEvents());
    const job = jobs.start('import', 'p', async () => 42);
    expect(job).toMatchObject({ kind: 'import', project: 'p', state: 'running' });
    expect(await jobs.result<number>(job.id)).toBe(42);
    expect(jobs.get(job.id).state).toBe('done');
    expect(await jobs.result<number>(job.id)).toBe(42);
  });

  it('tell progress at most ten times a second, and the last state always', async () => {
    const events = createEvents();
    const seen: Job[] = [];
    events.on('job', (job) => seen.push(job));
    const jobs = createJobs(events);
    const job = jobs.start('import', null, async (handle) => {
      for (let i = 1; i <= 1000; i++) {
        handle.progress('importing', i, 1000);
        if (i % 100 === 0) await sleep(50);
      }
    });
    await jobs.result(job.id);
    await sleep(150);
    expect(seen.length).toBeGreaterThan(3);
    // Half a second at ten a second, the first, the last and some room for a slow machine's timers.
    expect(seen.length).toBeLessThan(40);
    expect(seen.at(-1)).toMatchObject({ state: 'done', done: 1000, total: 1000 });
    expect(seen.some((one) => (one.rate ?? 0) > 0)).toBe(true);
  });

  it('fail with an error for people', async () => {
    const jobs = createJobs(createEvents());
    const known = jobs.start('export', null, async () => {
      throw new FoveaError('disk_full', 'Full.', { hint: 'Make room.' });
    });
    const bug = jobs.start('export', null, async () => {
      throw new TypeError('secret detail');
    });
    await expect(jobs.result(known.id)).rejects.toThrow('Full.');
    await expect(jobs.result(bug.id)).rejects.toThrow('secret detail');
    expect(jobs.get(known.id)).toMatchObject({ state: 'failed', error: { code: 'disk_full', hint: 'Make room.' } });
    expect(jobs.get(bug.id).error?.code).toBe('internal');
    expect(jobs.get(bug.id).error?.message).not.toContain('secret');
  });

  it('are cancelled, with a result where the work has one to give', async () => {
    const jobs = createJobs(createEvents());
    const stopped = jobs.start('predict', null, untilAborted);
    const partial = jobs.start('import', null, (handle) => untilAborted(handle).catch(() => 'half'));
    jobs.cancel(stopped.id);
    await sleep(5);
    jobs.cancel(partial.id);
    await expect(jobs.result(stopped.id)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await jobs.result(partial.id)).toBe('half');
    expect(jobs.list().map((job) => job.state)).toEqual(['cancelled', 'cancelled']);
    jobs.cancel(stopped.id);
    expect(() => jobs.cancel('nothing')).toThrow(/not known/);
    await expect(jobs.result('nothing')).rejects.toMatchObject({ code: 'job_unknown' });
  });

  it('all end before the app closes', async () => {
    const jobs = createJobs(createEvents());
    const ends: string[] = [];
    for (const name of ['a', 'b']) {
      jobs.start('import', null, async (handle) => {
        await untilAborted(handle).catch(() => {});
        await sleep(20);
        ends.push(name);
      });
    }
    await sleep(5);
    await jobs.cancelAll();
    expect(ends.sort()).toEqual(['a', 'b']);
  });
});

describe('events', () => {
  it('reach every listener, whatever one of them does', () => {
    const failures: unknown[] = [];
    const events = createEvents((error) => failures.push(error));
    const heard: string[] = [];
    events.on('project.changed', () => {
      throw new Error('bad listener');
    });
    const off = events.on('project.changed', ({ what }) => heard.push(what));
    events.onAny((name) => heard.push(name));
    events.emit('project.changed', { project: 'p', what: 'runs' });
    off();
    events.emit('project.changed', { project: 'p', what: 'dataset' });
    expect(heard).toEqual(['runs', 'project.changed', 'project.changed']);
    expect(failures).toHaveLength(2);
  });
});
