import { describe, expect, it } from 'vitest';
import type { Job } from '#shared/models/job';
import { underWay } from './evaluation-under-way';

const job = (more: Partial<Job>): Job => ({
  id: 'j',
  kind: 'evaluate',
  project: 'p',
  state: 'running',
  phase: 'evaluating',
  waits: false,
  done: 0,
  total: 8,
  rate: null,
  etaSeconds: null,
  evaluates: { run: 'r', split: 'validation' },
  error: null,
  ...more,
});
const target = { project: 'p', run: 'r', split: 'validation' } as const;

describe('an evaluation under way', () => {
  it('is known by what it evaluates, whoever started it', () => {
    expect(underWay([job({ id: 'own' })], target)?.id).toBe('own');
    expect(underWay([job({ waits: true, phase: 'waiting for an export' })], target)).not.toBeNull();
  });

  it('is none of another part, run or project, none that has ended, and no comparison of fp32 and int8', () => {
    const others = [
      job({ evaluates: { run: 'r', split: 'test' } }),
      job({ evaluates: { run: 'other', split: 'validation' } }),
      job({ project: 'other' }),
      job({ state: 'done' }),
      job({ evaluates: null }),
    ];
    expect(underWay(others, target)).toBeNull();
  });
});
