import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SplitName } from '#shared/models/dataset';
import { storeComparisons } from '../../store/duplicates';
import { addSplit } from '../../store/splits';
import { addImages, openTestProject, type TestProject } from '../test-support/project';
import { distillationImages } from './distillation-images';

let opened: TestProject;
beforeEach(async () => {
  opened = await openTestProject();
});
afterEach(() => opened.close());

const split = (members: ReadonlyMap<number, SplitName>) =>
  addSplit(opened.project.store, { seed: 1, grouping: 'patient', validation: 0, test: 0, warnings: [] }, members);

it('are those of train and those without a label, unless related to an image of validation or test', () => {
  const { project } = opened;
  // 0 to 39 are labelled: train, except one image of validation and one of test. 40 to 59 have no label.
  const patients: Readonly<Record<number, string>> = {
    5: 'v',
    36: 'v',
    7: 't',
    37: 't',
    40: 'v',
    41: 't',
    42: 'x',
    43: 'x',
  };
  const ids = addImages(project, 60, (index) => ({
    patient: patients[index] ?? `own ${index}`,
    ...(index < 40 ? { label: index % 2 === 0 ? 'a' : 'b' } : {}),
  }));
  const id = (index: number) => ids[index] as number;
  const part = (index: number): SplitName =>
    index === 38 || index === 36 ? 'validation' : index === 37 ? 'test' : 'train';
  split(new Map(Array.from({ length: 40 }, (_, index) => [id(index), part(index)])));
  // 44 shows the same as a validation image, and 43, of the patient of 42, the same as 44.
  const alike = { similarity: 1, exact: true };
  const pairs = [
    { a: id(38), b: id(44), ...alike },
    { a: id(43), b: id(44), ...alike },
  ];
  storeComparisons(project.store, pairs, ids);
  const used = distillationImages(project.store).map(({ image }) => ids.indexOf(image));
  const left = Array.from({ length: 60 }, (_, index) => index).filter((index) => !used.includes(index));
  expect(left).toEqual([5, 7, 36, 37, 38, 40, 41, 42, 43, 44]);
});

it('need a split as soon as there are labels', () => {
  const { project } = opened;
  addImages(project, 40);
  expect(distillationImages(project.store)).toHaveLength(40);
  addImages(project, 1, () => ({ hash: 'f'.repeat(64), path: 'labelled.png', label: 'a' }));
  expect(() => distillationImages(project.store)).toThrow(expect.objectContaining({ code: 'no_split' }));
});

it('must be enough', () => {
  addImages(opened.project, 31);
  expect(() => distillationImages(opened.project.store)).toThrow(
    expect.objectContaining({ code: 'too_few_images', message: expect.stringContaining('at least 32 images') }),
  );
});
