import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { labelHistory } from '../../store/labels';
import { reviewsOf } from '../../store/reviews';
import { imageFacts } from '../../store/table-facts';
import { auditTrail } from '../project/audit';
import type { OpenProject } from '../project/projects';
import { addDiscs } from '../test-support/disc-project';
import { openTestProject, type TestProject } from '../test-support/project';
import { createLabels, type Labels } from './labels';
import { createReaders, type Readers } from './readers';
import { readersDisagree } from './reading-groups';

let opened: TestProject;
let root: string;
let project: OpenProject;
let labels: Labels;
let readers: Readers;
let ids: number[];

beforeEach(async () => {
  opened = await openTestProject();
  ({ root, project } = opened);
  labels = createLabels();
  readers = createReaders();
  await addDiscs(project, join(root, 'images'), { train: 8, validation: 0, test: 0 });
  ids = imageFacts(project.store).map((one) => one.id);
});
afterEach(() => {
  opened.close();
});

const id = (index: number) => ids[index] ?? 0;
const history = (index: number) =>
  labelHistory(project.store, id(index)).map(({ label, source }) => `${label} ${source}`);
const open = () => readers.disagreements(project).map((one) => ids.indexOf(one.image));

it('a reading labels an image while all its readers agree, and never another reader’s image', () => {
  readers.read(project, [id(0), id(1)], 'cyst', 'Ann');
  expect(history(0)).toEqual(['left folder', 'cyst reading']);
  expect(readers.read(project, [id(0)], 'cyst', 'Ann')).toEqual({ changed: 0 });
  readers.read(project, [id(0)], 'right', 'Bob');
  expect(history(0).at(-1)).toBe('cyst reading');
  expect(open()).toEqual([0]);
  readers.read(project, [id(0)], 'right', 'Ann');
  expect(history(0).at(-1)).toBe('right reading');
  expect(open()).toEqual([]);
  expect(labels.undo(project)).toEqual({ changed: 1, description: 'reading “right” of 1 image' });
  expect(open()).toEqual([0]);
  expect(history(0).at(-1)).toBe('cyst undo');
  readers.read(project, [id(0)], null, 'Bob');
  expect(open()).toEqual([]);
  readers.read(project, [id(1)], null, 'Ann');
  expect(history(1).at(-1)).toBe('null reading');
});

it('adjudication decides an image until a reading changes, and can be undone', () => {
  readers.read(project, [id(0), id(1)], 'left', 'Ann');
  readers.read(project, [id(0), id(1)], 'right', 'Bob');
  expect(open()).toEqual([0, 1]);
  // The label stays the same; the history records the decision anyway.
  expect(readers.adjudicate(project, [id(0), id(5)], 'left')).toEqual({ changed: 1 });
  expect(open()).toEqual([1]);
  expect(history(0)).toEqual(['left folder', 'left adjudication']);
  expect(readersDisagree(project).map((one) => one.evidence)).toEqual(['1=1,2=2', '1=1,2=2']);
  expect(reviewsOf(project.store, 'readers-disagree').get(id(0))).toMatchObject({
    verdict: 'accepted',
    evidence: '1=1,2=2',
  });
  readers.adjudicate(project, [id(0)], 'right');
  labels.undo(project);
  expect([open(), history(0).at(-1)]).toEqual([[1], 'left undo']);
  labels.undo(project);
  expect(open()).toEqual([0, 1]);

  readers.adjudicate(project, [id(0), id(1)], 'cyst');
  expect(open()).toEqual([]);
  readers.read(project, [id(1)], 'left', 'Cem');
  expect(open()).toEqual([1]);
  expect(history(1).at(-1)).toBe('cyst adjudication');
  const trail = JSON.stringify(auditTrail(project));
  expect(trail).toContain('readers.adjudicate');
  for (const name of ['Ann', 'Bob', 'Cem']) expect(trail).not.toContain(name);
});

it('the majority is applied if more than half of the readings name one class', () => {
  const said = ['left left left', 'left left right', 'left right cyst', 'left right'];
  said.forEach((row, index) => {
    row.split(' ').forEach((label, reader) => {
      readers.read(project, [id(index)], label, ['Ann', 'Bob', 'Cem'][reader] ?? '');
    });
  });
  expect(readers.summary(project, 'none')).toMatchObject({
    images: 4,
    disagreements: 3,
    toAdjudicate: 3,
    withMajority: 1,
  });
  // Disagreements without a majority come first.
  expect(open()).toEqual([2, 3, 1]);
  expect(readers.takeMajority(project)).toEqual({ changed: 1 });
  expect(history(1).at(-1)).toBe('left majority');
  expect(open()).toEqual([2, 3]);
  expect(labels.undo(project)).toEqual({ changed: 1, description: 'majority decision on 1 image' });
  expect(open()).toEqual([2, 3, 1]);
  expect(readersDisagree(project)).toMatchObject([
    {
      image: id(1),
      reason: 'readers-disagree',
      why: '3 readers disagree: 2 say left, 1 says right.',
      weight: 2 / 3,
      suggestion: 'left',
    },
    { image: id(2), weight: 1, suggestion: null },
    { image: id(3), why: '2 readers disagree: 1 says left, 1 says right.', weight: 1, suggestion: null },
  ]);
});

it('agreement counts current readings of present images', () => {
  const ann = ['left', 'left', 'right', 'right', 'left', 'right'];
  const bob = ['left', 'right', 'right', 'right', 'left', 'left'];
  ann.forEach((label, index) => void readers.read(project, [id(index)], label, 'Ann'));
  bob.forEach((label, index) => void readers.read(project, [id(index)], label, 'Bob'));
  readers.read(project, [id(7)], 'left', 'Ann');
  const { readers: people, pairs, group, classes } = readers.summary(project, 'none');
  expect(classes).toEqual(['left', 'right']);
  expect(people).toEqual([
    { id: 1, name: 'Ann', readings: 7, byClass: [4, 3] },
    { id: 2, name: 'Bob', readings: 6, byClass: [3, 3] },
  ]);
  // [[2,1],[1,2]]: po = 4/6, pe = 1/2, kappa = 1/3.
  expect(readers.table(project, 1, 2).matrix).toEqual([
    [2, 1],
    [1, 2],
  ]);
  expect(pairs[0]).toMatchObject({ first: 1, second: 2, images: 6, agreement: { value: 4 / 6 } });
  expect(pairs[0]?.kappa?.value).toBeCloseTo(1 / 3, 12);
  expect(group).toMatchObject({ images: 6, readings: 12, agreement: 4 / 6 });
  expect(readers.cell(project, { first: 1, second: 2 }, ['left', 'right'])).toEqual([id(1)]);
  expect(readers.cell(project, { first: 2, second: 1 }, ['left', 'right'])).toEqual([id(5)]);
  expect(readers.cell(project, { first: 1, second: 2 }, ['left', '__proto__'])).toEqual([]);
  expect(() => readers.table(project, 1, 9)).toThrow(/no such reader/);
  labels.remove(project, [id(1)]);
  expect(readers.summary(project, 'none').pairs[0]?.images).toBe(5);
});
