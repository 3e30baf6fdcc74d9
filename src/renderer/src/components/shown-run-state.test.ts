import { describe, expect, it } from 'vitest';
import { runStates } from '#shared/models/run';
import { shownRunState } from './shown-run-state';

describe('the state that a run shows', () => {
  it('is queued while its training waits for other work, as its progress says', () => {
    expect(shownRunState('running', { phase: 'waiting' })).toBe('queued');
    expect(shownRunState('running', { phase: 'training' })).toBe('running');
  });

  it('is its own otherwise, also where the last progress was that it waits', () => {
    for (const state of runStates.filter((one) => one !== 'running')) {
      expect(shownRunState(state, { phase: 'waiting' })).toBe(state);
    }
    expect(shownRunState('running', undefined)).toBe('running');
  });
});
