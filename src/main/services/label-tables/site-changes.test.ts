import { expect, it } from 'vitest';
import type { TableAnswers } from '#shared/models/label-table';
import { resolveSites, type SiteClaim } from './site-changes';

const resolve = (answers: TableAnswers, ...pairs: readonly (readonly [string | null, string | null])[]) =>
  resolveSites(
    pairs.map(([present, claimed]): SiteClaim => ({ present, claimed })),
    answers,
  );

it('asks if a table splits a site, or merges several', () => {
  const { questions } = resolve({}, ['A', 'S0'], ['A', 'S1'], ['A', 'S2']);
  expect(questions).toMatchObject([{ name: 'sites', answers: [{ value: 'files' }, { value: 'table' }] }]);
  expect(questions[0]?.text).toContain('3 sites in place of 1.');
  expect(resolve({}, ['A', 'S'], ['B', 'S']).questions[0]?.text).toContain('1 site in place of 2.');
  // A row for one of two files of a site splits the site.
  expect(resolve({}, ['A', 'S'], ['A', null]).questions[0]?.text).toContain('2 sites in place of 1.');
});

it('keeps the site of the files until the table is preferred, and applies the rest of the table', () => {
  // A is disputed; C is only renamed, and the last file names no site.
  const pairs = [
    ['A', 'S0'],
    ['A', 'S1'],
    ['C', 'South'],
    [null, 'S0'],
  ] as const;
  expect(resolve({}, ...pairs).isAccepted).toEqual([false, false, true, true]);
  expect(resolve({ sites: 'files' }, ...pairs).isAccepted).toEqual([false, false, true, true]);
  expect(resolve({ sites: 'table' }, ...pairs).isAccepted).toEqual([true, true, true, true]);
});

it('asks nothing about renamed sites, or files without a site', () => {
  expect(resolve({}, ['A', 'North'], ['A', 'North'], ['B', 'South']).questions).toEqual([]);
  expect(resolve({}, ['A', 'A'], ['A', null], ['B', null]).questions).toEqual([]);
  expect(resolve({}, [null, 'S0'], [null, 'S1']).questions).toEqual([]);
});
