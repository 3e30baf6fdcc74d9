import { describe, expect, it } from 'vitest';
import { runStates } from '#shared/models/run';
import { shownRunState } from './shown-run-state';

describe('the displayed state of a run', () => {
  it('is queued while its training waits for other work, as its progress reports', () => {
    expect(shownRunState('running', { phase: 'waiting' })).toBe('queued');
    expect(shownRunState('running', { phase: 'training' })).toBe('running');
  });

  it('is its own otherwise, even if the last progress was a wait', () => {
    for (const state of runStates.filter((one) => one !== 'running')) {
      expect(shownRunState(state, { phase: 'waiting' })).toBe(state);
    }
    expect(shownRunState('running', undefined)).toBe('running');
  });
});
