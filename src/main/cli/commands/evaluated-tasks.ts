import type { BinaryTask, Curves } from '#shared/models/curves';
import { oneVersusRest } from '#shared/statistics/binary-task';
import { UsageError } from '../outcome';

/** Two groups of classes by name. */
export interface NamedGroups {
  readonly positive?: readonly string[];
  readonly negative?: readonly string[];
}

/** Curves with the names of their classes. */
export type NamedCurves = Omit<Curves, 'task'> & {
  readonly positive: readonly string[];
  readonly negative: readonly string[];
};

/** Each class against all others, then the groups that were asked for; all other classes are negative by default. */
export function tasksOf(classes: readonly string[], { positive = [], negative = [] }: NamedGroups): BinaryTask[] {
  const each = oneVersusRest(classes.length);
  if (positive.length === 0) {
    if (negative.length > 0) throw new UsageError('--negative needs --positive.', 'Name the classes to detect too.');
    return each;
  }
  const numbers = (names: readonly string[]) =>
    names.map((name) => {
      const label = classes.indexOf(name);
      if (label < 0) throw new UsageError(`“${name}” is not a class.`, `The classes are ${classes.join(', ')}.`);
      return label;
    });
  const detected = numbers(positive);
  const others = negative.length > 0 ? numbers(negative) : [...classes.keys()].filter((one) => !detected.includes(one));
  if (others.length === 0) throw new UsageError('No class is left for the negative group.', 'Name fewer classes.');
  return [...each, { positive: detected, negative: others }];
}

export const withNames = ({ task, ...curves }: Curves, classes: readonly string[]): NamedCurves => ({
  positive: task.positive.map((label) => classes[label] ?? ''),
  negative: task.negative.map((label) => classes[label] ?? ''),
  ...curves,
});
