import { describe, expect, it } from 'vitest';
import type { RunProgress } from '#shared/models/run';
import { percentDone } from './run-percent';

const progress: RunProgress = {
  run: 'r',
  state: 'running',
  phase: 'extracting',
  step: 0,
  totalSteps: 960,
  epoch: 0,
  epochs: 40,
  counted: { done: 467, total: 624 },
  imagesPerSecond: 0.9,
  etaSeconds: 174,
  message: null,
};

describe('the share of a run', () => {
  it('counts views while features are computed, and steps afterwards', () => {
    expect(percentDone(progress)).toBeCloseTo(74.84, 2);
    expect(percentDone({ ...progress, phase: 'training', counted: null, step: 240 })).toBe(25);
    expect(percentDone({ ...progress, phase: 'waiting', counted: null, totalSteps: 0 })).toBeNull();
  });
});
