import { expect, it } from 'vitest';
import { isGone } from './leaving';

it('keeps an item away while its decision is on its way, whatever lists are answered meanwhile', () => {
  expect(isGone(new Map([['a', null]]), 'a', 1_000)).toBe(true);
});

it('believes the list that is answered after the decision was stored, and none before it', () => {
  const leaving = new Map([['a', 500]]);
  expect(isGone(leaving, 'a', 400)).toBe(true);
  expect(isGone(leaving, 'a', 500)).toBe(false);
  expect(isGone(leaving, 'b', 400)).toBe(false);
});
