import { describe, expect, it } from 'vitest';
import type { ReviewItem } from '#shared/models/review';
import { findingsOf, requestedDecision } from './review-decisions';

const item = (image: number, path: string, reason: ReviewItem['reason'] = 'label-conflict'): ReviewItem => ({
  image,
  reason,
  why: '',
  weight: 1,
  evidence: '',
  suggestion: null,
  beside: [],
  path,
  label: null,
  state: 'open',
  at: null,
});

describe('review decisions', () => {
  it('allow one decision at a time', () => {
    expect(requestedDecision({})).toBeNull();
    expect(requestedDecision({ defer: ['1'] })).toEqual({ images: ['1'], decision: { kind: 'defer' } });
    expect(requestedDecision({ relabel: ['1'] })).toEqual({ images: ['1'], decision: null });
    expect(requestedDecision({ relabel: ['1'], as: 'benign' })?.decision).toEqual({ kind: 'relabel', label: 'benign' });
    expect(() => requestedDecision({ accept: ['1'], exclude: ['2'] })).toThrow(/one of/);
    expect(() => requestedDecision({ accept: ['1'], as: 'benign' })).toThrow(/--relabel/);
  });
});

describe('the images to review', () => {
  const findings = [
    item(3, 'a/1.png'),
    item(3, 'a/1.png', 'odd-picture'),
    item(4, 'b/1.png'),
    item(5, 'a/7'),
    item(7, 'a/new.png'),
  ];
  const found = (...names: string[]) => findingsOf(names, findings).map(({ image, reason }) => `${image} ${reason}`);

  it('are found by path, number or end of the path, with all their reasons', () => {
    expect(found('a/1.png')).toEqual(['3 label-conflict', '3 odd-picture']);
    expect(found('b\\1.png', '4')).toEqual(['4 label-conflict']);
    expect(found('new.png')).toEqual(['7 label-conflict']);
    // A number is matched as a number before a path suffix.
    expect(found('7')).toEqual(['7 label-conflict']);
  });

  it('can be all open ones', () => {
    const settled = { ...item(9, 'a/9.png'), state: 'accepted' as const };
    expect(findingsOf(['all'], [...findings, settled])).toEqual(findings);
  });

  it('are rejected if a name matches no image or several', () => {
    expect(() => found('1.png')).toThrow(/matches several images/);
    expect(() => found('9')).toThrow(/The review lists no image/);
  });
});
