import { expect, it } from 'vitest';
import { isHidden } from './hidden-items';

it('keeps an item away while its decision is on its way, whatever lists are answered meanwhile', () => {
  expect(isHidden(new Map([['a', null]]), 'a', 1_000)).toBe(true);
});

it('believes the list that is answered after the decision was stored, and none before it', () => {
  const hidden = new Map([['a', 500]]);
  expect(isHidden(hidden, 'a', 400)).toBe(true);
  expect(isHidden(hidden, 'a', 500)).toBe(false);
  expect(isHidden(hidden, 'b', 400)).toBe(false);
});
