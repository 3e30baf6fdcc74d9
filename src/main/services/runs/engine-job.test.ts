import { describe, expect, it } from 'vitest';
import type { EngineWork } from '#shared/models/job';
import { jobProgressText } from '#shared/text/job-text';
import type { EngineListeners } from '../../engine-host/client/client';
import type { SelftestResult } from '../../engine-host/core/protocol';
import { createEvents } from '../core/events';
import { createJobs } from '../core/jobs';
import { requestEngine } from './engine-job';

const answer: SelftestResult = { device: 'cpu', cases: [] };

describe('a job that asks the engine', () => {
  it('says what it waits for, without a rate or a time left, and counts from its turn on', async () => {
    const jobs = createJobs(createEvents());
    let listeners: EngineListeners = {};
    let end: (output: SelftestResult) => void = () => {};
    const engine = {
      request: (_name: string, _input: unknown, given: EngineListeners = {}) => {
        listeners = given;
        const result = new Promise<SelftestResult>((resolve) => {
          end = resolve;
        });
        return { result, control: () => {} };
      },
    };
    const { id, result } = jobs.start(
      'evaluations.evaluate',
      { project: 'p' },
      (job): Promise<never> =>
        // The engine of this test answers to any name in the same way.
        requestEngine(
          engine as never,
          job,
          'selftest',
          { casesFolder: null, device: 'cpu' },
          { phase: 'evaluating', total: 8 },
        ) as Promise<never>,
    );
    await Promise.resolve();
    await Promise.resolve();
    listeners.onTurn?.(['evaluate', 'evaluate']);
    expect(jobs.get(id).progress).toEqual({ kind: 'waiting', behind: ['evaluation', 'evaluation'] });
    expect(jobProgressText(jobs.get(id).progress)).toBe('waiting for another evaluation and 1 more');
    await new Promise((resolve) => setTimeout(resolve, 300));
    listeners.onTurn?.([]);
    expect(jobs.get(id).progress).toMatchObject({ phase: 'evaluating', done: 0, total: 8, rate: null });
    listeners.onProgress?.('evaluating', 1, 8);
    // Three hundred milliseconds of waiting would make a rate of 3.3 images a second out of this one image.
    expect(jobs.get(id).progress).toMatchObject({ phase: 'evaluating', done: 1, total: 8, rate: null });
    end(answer);
    expect(await result).toEqual(answer);
  });

  it('names what is ahead of it', () => {
    const text = (...behind: EngineWork[]) => jobProgressText({ kind: 'waiting', behind });
    expect(text('training')).toBe('waiting for a training run');
    expect(text('training', 'export', 'bench')).toBe('waiting for a training run and 2 more');
  });
});
