import { expect, it } from 'vitest';
import type { CheckInput } from './run-checks';
import { runPlaces } from './run-places';

const sample = (part: 'train' | 'validation' | 'test', label: number) => ({
  ...{ image: 1, hash: '', patient: null },
  part,
  label,
});
const whole = (['train', 'validation', 'test'] as const).flatMap((part) => [0, 1].map((label) => sample(part, label)));
const input = (changes: object): CheckInput =>
  ({
    classes: ['a', 'b'],
    samples: whole,
    hasSplit: true,
    patientsAcrossSplits: 0,
    duplicatesAcrossSplits: 0,
    labelClaims: [],
    signOff: null,
    estimate: { pretrained: true },
    ...changes,
  }) as unknown as CheckInput;
const places = (changes: object) => runPlaces(input(changes));

it('leads to what each problem speaks of', () => {
  expect(places({})).toEqual({ problems: [], warnings: [] });
  expect(places({ classes: [], samples: [], hasSplit: false }).problems).toEqual(['add-images']);
  expect(places({ classes: ['a'], samples: [sample('train', 0)] }).problems).toEqual(['images']);
  expect(places({ samples: [], hasSplit: false }).problems).toEqual(['split']);
  expect(places({ duplicatesAcrossSplits: 1 }).problems).toEqual(['duplicates']);
  expect(places({ patientsAcrossSplits: 1 }).problems).toEqual(['split']);
  expect(places({ patientsAcrossSplits: 1, signOff: { void: null } }).problems).toEqual([]);
});

it('leads to what each warning speaks of', () => {
  expect(places({ labelClaims: [{}] }).warnings).toEqual(['review']);
  expect(places({ samples: whole.filter(({ part }) => part !== 'test') }).warnings).toEqual(['split']);
  expect(places({ estimate: { pretrained: false } }).warnings).toEqual(['weights']);
});
