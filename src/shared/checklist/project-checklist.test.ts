import { expect, it } from 'vitest';
import { type ChecklistInput, checklistSteps, nextStep, projectChecklist } from './project-checklist';

const counts = { train: { a: 6 }, validation: { a: 2 }, test: { a: 2 } };
const split = { counts, outside: 0, groupsAcrossSplits: 0, signOff: null } as unknown as NonNullable<
  ChecklistInput['dataset']['split']
>;
const classes = ['a', 'b'].map((label) => ({ label, images: 5, patients: null, withoutPatient: 5 }));
const empty: ChecklistInput = {
  dataset: { images: 0, unlabelled: 0, classes: [], review: {} as ChecklistInput['dataset']['review'], split: null },
  backbones: [{ installed: true, pretrained: false }],
  runs: [],
  testOpenings: 0,
  hasPredicted: false,
};
const imported: ChecklistInput = { ...empty, dataset: { ...empty.dataset, images: 10, classes } };
const trainable: ChecklistInput = { ...imported, backbones: [{ installed: true, pretrained: true }] };
const trained: ChecklistInput = { ...trainable, runs: [{ state: 'finished', hasModel: true }] };
const next = (input: ChecklistInput) => nextStep(projectChecklist(input))?.action;
const step = (input: ChecklistInput, id: (typeof checklistSteps)[number]) =>
  projectChecklist(input).find((one) => one.id === id);

it('has its steps in working order, and leads from one to the next', () => {
  expect(projectChecklist(empty).map(({ id }) => id)).toEqual([...checklistSteps]);
  expect(next(empty)).toEqual({ label: 'Add images', destination: 'add-images' });
  expect(next({ ...empty, dataset: { ...empty.dataset, images: 10, unlabelled: 10 } })?.destination).toBe('unlabelled');
  expect(next(imported)?.destination).toBe('weights');
  expect(next(trainable)?.destination).toBe('new-run');
  expect(next({ ...trainable, runs: [{ state: 'running', hasModel: true }] })?.destination).toBe('run');
  expect(next(trained)?.destination).toBe('evaluate');
  expect(next({ ...trained, testOpenings: 1 })?.destination).toBe('predict');
  expect(next({ ...trained, testOpenings: 1, hasPredicted: true })).toBeUndefined();
});

it('offers a split and a review without holding up the rest, but not a split that leaks', () => {
  expect(step(trainable, 'split')).toMatchObject({ done: false, optional: true });
  const review = { ...trainable.dataset.review, 'odd-picture': { open: 3, deferred: 0, settled: 0 } };
  const found = { ...trainable, dataset: { ...trainable.dataset, review } };
  expect(step(found, 'labels')).toMatchObject({ detail: '3 to review', done: false, optional: true });
  const leaking = { ...trainable, dataset: { ...trainable.dataset, split: { ...split, groupsAcrossSplits: 2 } } };
  expect(next(leaking)?.destination).toBe('split');
});

it('counts the images of a split, and those that are not in it', () => {
  expect(step({ ...trainable, dataset: { ...trainable.dataset, split } }, 'split')).toMatchObject({
    detail: '6 / 2 / 2',
    done: true,
  });
  const grown = { ...trainable, dataset: { ...trainable.dataset, split: { ...split, outside: 12 } } };
  expect(step(grown, 'split')).toMatchObject({ detail: '12 new outside', done: false, optional: true });
});
