import { describe, expect, it } from 'vitest';
import { type ReviewCounts, type ReviewItem, reviewReasons } from '#shared/models/review';
import { itemKey, reviewProgress, reviewTable, shownItem } from './review-queue';

const item = (image: number): ReviewItem => ({
  image,
  reason: 'label-conflict',
  why: 'Because',
  weight: 0.98765,
  evidence: '',
  suggestion: null,
  beside: [],
  path: `a/${image}.png`,
  label: 'benign',
  state: 'open',
  at: null,
});

const none = Object.fromEntries(
  reviewReasons.map((reason) => [reason, { open: 0, deferred: 0, settled: 0 }]),
) as ReviewCounts;
const counts: ReviewCounts = {
  ...none,
  'label-conflict': { open: 3, deferred: 1, settled: 2 },
  'odd-picture': { open: 10, deferred: 0, settled: 5 },
};

describe('the progress of a review', () => {
  it('counts resolved and deferred items as reviewed', () => {
    expect(reviewProgress(counts, 'label-conflict')).toEqual({ reviewed: 3, deferred: 1, waiting: 4, total: 6 });
    expect(reviewProgress(counts, null)).toEqual({ reviewed: 8, deferred: 1, waiting: 14, total: 21 });
    expect(reviewProgress(none, null)).toEqual({ reviewed: 0, deferred: 0, waiting: 0, total: 0 });
  });
});

describe('the displayed item', () => {
  const items = [item(1), item(2), item(3)];
  it('stays, or is replaced by the one in its place, or by the last at the end', () => {
    expect(shownItem(items, null)).toBe(0);
    expect(shownItem(items, { key: itemKey(item(3)), at: 0 })).toBe(2);
    expect(shownItem(items, { key: itemKey(item(9)), at: 1 })).toBe(1);
    expect(shownItem(items, { key: itemKey(item(9)), at: 7 })).toBe(2);
    expect(shownItem([], { key: itemKey(item(9)), at: 7 })).toBe(-1);
  });
});

it('exports the list as a table', () => {
  expect(reviewTable([item(7)]).rows).toEqual([
    [7, 'a/7.png', 'label-conflict', 'Because', 'benign', null, 0.988, 'open', null],
  ]);
});
