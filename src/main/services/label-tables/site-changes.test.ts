import { expect, it } from 'vitest';
import { siteProblems } from './site-changes';

const said = (...pairs: readonly (readonly [string | null, string | null])[]) =>
  siteProblems(pairs.map(([present, told]) => ({ present, told })));

it('notes where a table makes several sites of one, or one of several', () => {
  expect(said(['A', 'S0'], ['A', 'S1'], ['A', 'S2'])).toEqual([
    'The sites in the table differ from the known ones: 3 sites instead of 1. Check that it is the right column.',
  ]);
  expect(said(['A', 'S'], ['B', 'S'])[0]).toContain('1 site instead of 2');
  // A row for one of two files of a site parts them.
  expect(said(['A', 'S'], ['A', null])[0]).toContain('2 sites instead of 1');
});

it('has nothing to say of other names, and of files that name no site', () => {
  expect(said(['A', 'North'], ['A', 'North'], ['B', 'South'])).toEqual([]);
  expect(said(['A', 'A'], ['A', null], ['B', null])).toEqual([]);
  expect(said([null, 'S0'], [null, 'S1'])).toEqual([]);
});
