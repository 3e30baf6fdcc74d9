import { ageBand, ageBands, sexName } from '#shared/balance/balance-text';
import { cramersV } from '#shared/balance/cramers-v';
import {
  type Balance,
  type BalanceFactor,
  type BalanceLevel,
  balanceFactors,
  type FactorBalance,
} from '#shared/models/balance';
import { splitNames } from '#shared/models/dataset';
import { type BalanceGroup, balanceGroups } from '../../store/balance';
import { classesByName } from '../../store/labels';
import type { OpenProject } from '../project/projects';

/** Distribution of sex, age, scanner, site and modality over the splits and classes of the labelled images. */
export function datasetBalance(project: OpenProject): Balance {
  const groups = balanceGroups(project.store);
  const names = classesByName(project.store)
    .filter(({ id }) => groups.some(({ label }) => label === id))
    .map(({ id, name }) => [id, name] as const);
  return {
    classes: names.map(([, name]) => name),
    factors: balanceFactors.map((factor) => balanceOf(factor, groups, new Map(names))),
  };
}

function levelOf(group: BalanceGroup, factor: BalanceFactor): string | null {
  switch (factor) {
    case 'age':
      return group.age === null ? null : ageBand(group.age);
    case 'sex':
      return group.sex === null ? null : sexName(group.sex);
    default:
      return group[factor];
  }
}

function balanceOf(
  factor: BalanceFactor,
  groups: readonly BalanceGroup[],
  classes: ReadonlyMap<number, string>,
): FactorBalance {
  const found = new Map<string | null, Mutable>([[null, emptyLevel('Unknown', classes)]]);
  const splitUnits = new Units();
  const classUnits = new Units();
  for (const group of groups) {
    const value = levelOf(group, factor);
    const level = found.get(value) ?? emptyLevel(value ?? 'Unknown', classes);
    found.set(value, level);
    level.images += group.images;
    if (group.split !== null) level.splits[group.split] += group.images;
    const name = classes.get(group.label) ?? '';
    if (value !== null) {
      if (group.split !== null) splitUnits.add(value, group.split, group);
      classUnits.add(value, name, group);
    }
    level.classes[name] = (level.classes[name] ?? 0) + group.images;
  }
  const unknown = found.get(null) ?? emptyLevel('Unknown', classes);
  found.delete(null);
  const levels = [...found.values()].sort(
    factor === 'age'
      ? (a, b) => ageBands.indexOf(a.level as never) - ageBands.indexOf(b.level as never)
      : (a, b) => b.images - a.images || a.level.localeCompare(b.level, 'en', { numeric: true }),
  );
  return {
    factor,
    levels,
    unknown,
    bySplit: cramersV(levels.map(({ level }) => splitNames.map((split) => splitUnits.count(level, split)))),
    byClass: cramersV(levels.map(({ level }) => [...classes.values()].map((name) => classUnits.count(level, name)))),
  };
}

/** Independent units per cell of a table: patients, and images without a known patient. */
class Units {
  readonly #cells = new Map<string, { readonly patients: Set<number>; alone: number }>();

  add(row: string, column: string, { patient, images }: BalanceGroup): void {
    const key = JSON.stringify([row, column]);
    const cell = this.#cells.get(key) ?? { patients: new Set<number>(), alone: 0 };
    this.#cells.set(key, cell);
    if (patient === null) cell.alone += images;
    else cell.patients.add(patient);
  }

  count(row: string, column: string): number {
    const cell = this.#cells.get(JSON.stringify([row, column]));
    return cell === undefined ? 0 : cell.patients.size + cell.alone;
  }
}

type Mutable = { -readonly [Key in keyof BalanceLevel]: BalanceLevel[Key] };

const emptyLevel = (level: string, classes: ReadonlyMap<number, string>): Mutable => ({
  level,
  images: 0,
  splits: { train: 0, validation: 0, test: 0 },
  // No prototype: a person may name a class “constructor”.
  classes: Object.assign(
    Object.create(null) as Record<string, number>,
    Object.fromEntries([...classes.values()].map((name) => [name, 0])),
  ),
});
