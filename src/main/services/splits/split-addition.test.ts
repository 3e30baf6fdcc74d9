import { afterEach, beforeEach, expect, it } from 'vitest';
import { storeComparisons } from '../../store/duplicates';
import { originNumber } from '../../store/identity';
import { splitCandidates } from '../../store/splits';
import { createLabels } from '../labels/labels';
import { auditTrail } from '../project/audit';
import type { OpenProject } from '../project/projects';
import { addImages, openTestProject, type TestImage, type TestProject } from '../test-support/project';
import { createSplits } from './splits';

const splits = createSplits();
let opened: TestProject;
let project: OpenProject;
let number = 0;

beforeEach(async () => {
  opened = await openTestProject();
  ({ project } = opened);
});
afterEach(() => opened.close());

/** Adds images with hashes of their own, of two classes in turn. */
function add(count: number, describe: (index: number) => TestImage = () => ({})): number[] {
  const from = number;
  number += count;
  return addImages(project, count, (index) => ({
    hash: (from + index + 1).toString(16).padStart(64, '0'),
    path: `${from + index}.png`,
    label: index % 2 === 0 ? 'a' : 'b',
    ...describe(index),
  }));
}
const placed = () => new Map(splitCandidates(project.store).map(({ id, split }) => [id, split]));
const idsOf = (part: string | null) => [...placed()].filter(([, split]) => split === part).map(([id]) => id);

it('lets images follow their patient, draws new patients, and leaves the test part closed and unchanged', () => {
  add(80, (index) => ({ patient: `P${index >> 1}` }));
  splits.split(project, {});
  const before = placed();
  const patientIn = (part: string) => {
    const one = splitCandidates(project.store).find(({ split }) => split === part);
    return `P${((one?.id ?? 0) - 1) >> 1}`;
  };
  const [train, validation, test] = ['train', 'validation', 'test'].map(patientIn);
  const known = add(3, (index) => ({ patient: [train, validation, test][index] ?? '' }));
  const fresh = add(40, (index) => ({ patient: `new ${index >> 1}` }));

  const planned = splits.addition(project);
  expect(splits.current(project)?.outside).toBe(43);
  const addition = splits.addNew(project);
  expect(addition).toEqual(planned);
  expect(addition).toEqual({ train: 31, validation: 11, leftOut: { testGroup: 1, heldOut: 0 } });
  const after = placed();
  expect(known.map((id) => after.get(id))).toEqual(['train', 'validation', null]);
  for (const [id, split] of before) expect(after.get(id)).toBe(split);
  // A quarter of the new images, in whole patients.
  expect(fresh.filter((id) => after.get(id) === 'validation')).toHaveLength(10);
  expect(splits.current(project)).toMatchObject({ groupsAcrossSplits: 0, outside: 1 });
  expect(auditTrail(project).some(({ action }) => action === 'split.add')).toBe(true);

  expect(createLabels().undo(project).description).toBe('addition of 42 images to the split');
  expect(splits.current(project)?.outside).toBe(43);
});

it('leaves out duplicates of test images, also in a split without grouping', () => {
  add(40);
  splits.split(project, { group: 'none' });
  const [inTest = 0] = idsOf('test');
  const [inTrain = 0] = idsOf('train');
  const [likeTest = 0, likeTrain = 0] = add(2);
  const pair = (a: number, b: number) => ({ a, b, similarity: 0.99, exact: false });
  storeComparisons(project.store, [pair(inTest, likeTest), pair(inTrain, likeTrain)], [likeTest, likeTrain]);
  expect(splits.addNew(project).leftOut).toEqual({ testGroup: 1, heldOut: 0 });
  expect([placed().get(likeTest), placed().get(likeTrain)]).toEqual([null, 'train']);
});

it('leaves out images of a held-out site, with all of their patient', () => {
  const site = (name: string) => originNumber(project.store, 'site', name, name);
  const [north, south] = [site('North'), site('South')];
  add(40, (index) => ({ patient: `P${index >> 1}`, siteId: index < 30 ? north : south }));
  splits.split(project, { heldOut: { by: 'site', values: ['South'] } });
  const ids = add(4, (index) => ({ patient: index < 2 ? 'both' : 'northern', siteId: index === 0 ? south : north }));
  expect(splits.addNew(project)).toMatchObject({ leftOut: { testGroup: 0, heldOut: 2 } });
  expect(ids.map((id) => placed().get(id) === null)).toEqual([true, true, false, false]);
});

it('has nothing to add to where there is no split, and says so', () => {
  add(4);
  expect(splits.addition(project)).toBeNull();
  expect(() => splits.addNew(project)).toThrow(expect.objectContaining({ code: 'no_split' }));
});
