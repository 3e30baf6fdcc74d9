import { describe, expect, it } from 'vitest';
import { isLeaking, type KnownLeaks, leakStatement } from './known-leaks';

const known = (when: KnownLeaks['when'], more: Partial<KnownLeaks> = {}): KnownLeaks => ({
  when,
  at: '2026-01-01T00:00:00.000Z',
  patients: 0,
  duplicates: 0,
  groups: 0,
  suspected: 0,
  patientsKnown: 'all',
  ...more,
});

describe('the leak statement of a result', () => {
  it('is one sentence if nothing changed', () => {
    expect(leakStatement([known('split'), known('start'), known('evaluation')])).toBe(
      'When the split was created, when the run started and when it was evaluated: no patient or group of duplicates known in more than one split.',
    );
  });

  it('states leaks found since', () => {
    const moments = [known('split'), known('evaluation', { duplicates: 3, groups: 3 })];
    expect(leakStatement(moments)).toBe(
      'When the split was created: no patient or group of duplicates known in more than one split. When it was evaluated: 3 groups of duplicates known in more than one split.',
    );
    expect(isLeaking(moments)).toBe(true);
  });

  it('names possible duplicates, which are no leaks until a person confirms them', () => {
    const moments = [known('split'), known('now', { suspected: 2 })];
    expect(leakStatement(moments)).toContain('Now: no patient');
    expect(leakStatement(moments)).toContain('2 possible duplicates across splits not reviewed.');
    expect(isLeaking(moments)).toBe(false);
  });

  it('does not mention patients if none is known', () => {
    const nobody = { patientsKnown: 'none' } as const;
    expect(leakStatement([known('split', nobody)])).toBe(
      'When the split was created: patients are unknown, no group of duplicates known in more than one split.',
    );
    expect(leakStatement([known('split', { ...nobody, duplicates: 1, groups: 1 })])).toBe(
      'When the split was created: patients are unknown, 1 group of duplicates known in more than one split.',
    );
    expect(leakStatement([known('split', { patientsKnown: 'some' })])).toBe(
      'When the split was created: no patient or group of duplicates known in more than one split, the patients of some images unknown.',
    );
  });

  it('is empty for results of older versions', () => {
    expect(leakStatement([])).toBe('');
    expect(isLeaking([])).toBe(false);
  });
});
