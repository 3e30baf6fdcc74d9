import { describe, expect, it } from 'vitest';
import type { EngineListeners } from '../../engine-host/client/client';
import type { SelftestResult } from '../../engine-host/core/protocol';
import { createEvents } from '../core/events';
import { createJobs } from '../core/jobs';
import { askEngine, waitText } from './engine-job';

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
    const { id } = jobs.start('evaluate', 'p', (job) =>
      // The engine of this test answers to any name in the same way.
      askEngine(
        engine as never,
        job,
        'selftest',
        { casesFolder: null, device: 'cpu' },
        { phase: 'evaluating', total: 8 },
      ),
    );
    await Promise.resolve();
    await Promise.resolve();
    listeners.onTurn?.(['evaluate', 'evaluate']);
    expect(jobs.get(id)).toMatchObject({
      phase: 'waiting for another evaluation and 1 more',
      waits: true,
      total: null,
      rate: null,
      etaSeconds: null,
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    listeners.onTurn?.([]);
    expect(jobs.get(id)).toMatchObject({ phase: 'evaluating', waits: false, done: 0, total: 8, rate: null });
    listeners.onProgress?.('classifying', 1, 8);
    // Three hundred milliseconds of waiting would make a rate of 3.3 images a second out of this one image.
    expect(jobs.get(id)).toMatchObject({ phase: 'evaluating', waits: false, done: 1, total: 8, rate: null });
    end(answer);
    expect(await jobs.result(id)).toEqual(answer);
  });

  it('names what comes first', () => {
    expect(waitText(['train'])).toBe('waiting for a training run');
    expect(waitText(['train', 'exportOnnx', 'bench'])).toBe('waiting for a training run and 2 more');
  });
});
