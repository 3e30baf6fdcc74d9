import { describe, expect, it } from 'vitest';
import { type RunState, type RunSummary, runStates } from '#shared/models/run';
import { transitions, withChanges } from './run-transitions';

const summary = (state: RunState): RunSummary => ({
  id: 'a',
  name: 'a',
  state,
  backbone: 'vit-micro',
  preset: 'full',
  device: 'cpu',
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  epochsDone: 0,
  epochs: 1,
  best: null,
  seconds: 0,
  error: null,
  hasModel: false,
  resumable: false,
  queueOrder: 0,
  experiment: null,
  signOff: null,
  parent: null,
});

const can = (from: RunState, to: RunState): boolean => {
  try {
    return withChanges(summary(from), { state: to }).state === to;
  } catch {
    return false;
  }
};

describe('the states of a run', () => {
  it('change as in the table, and in no other way', () => {
    for (const from of runStates) {
      for (const to of runStates) expect([from, to, can(from, to)]).toEqual([from, to, isAllowed(from, to)]);
    }
  });

  it('change to training only from the queue or a pause', () => {
    expect(runStates.filter((from) => from !== 'running' && can(from, 'running'))).toEqual(['queued', 'paused']);
  });

  it('leave finished only if the record is lost', () => {
    expect(runStates.filter((to) => to !== 'finished' && can('finished', to))).toEqual(['failed']);
  });

  it('stay unchanged if another field changes', () => {
    expect(withChanges(summary('finished'), { seconds: 3 })).toEqual({ ...summary('finished'), seconds: 3 });
  });
});

const isAllowed = (from: RunState, to: RunState) => from === to || transitions[from].includes(to);
