import { expect, it } from 'vitest';
import { UsageError } from '../outcome';
import { tasksOf } from './evaluated-tasks';

const classes = ['benign', 'malignant', 'normal'];

it('tells each class from the rest, and a group from all others or from another group', () => {
  const each = tasksOf(classes, {});
  expect(each).toEqual([
    { positive: [0], negative: [1, 2] },
    { positive: [1], negative: [0, 2] },
    { positive: [2], negative: [0, 1] },
  ]);
  expect(tasksOf(classes, { positive: ['malignant', 'benign'] }).at(-1)).toEqual({ positive: [1, 0], negative: [2] });
  expect(tasksOf(classes, { positive: ['malignant'], negative: ['benign'] }).at(-1)).toEqual({
    positive: [1],
    negative: [0],
  });
});

it('refuses groups that name no class, or leave none', () => {
  expect(() => tasksOf(classes, { positive: ['cyst'] })).toThrow(UsageError);
  expect(() => tasksOf(classes, { negative: ['normal'] })).toThrow(UsageError);
  expect(() => tasksOf(classes, { positive: classes })).toThrow(UsageError);
});
