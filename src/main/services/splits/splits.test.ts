import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runConfigSchema } from '#shared/models/run-config';
import { signOffWarning } from '#shared/models/sign-off';
import type { DecodePool } from '../../decode-host/client';
import { storeComparisons } from '../../store/duplicates';
import { originNumber } from '../../store/identity';
import { splitCandidates } from '../../store/splits';
import { datasetBalance } from '../dataset/balance';
import { createDataset } from '../dataset/dataset';
import { createLabels } from '../labels/labels';
import { auditTrail } from '../project/audit';
import type { OpenProject } from '../project/projects';
import { collectSamples, samplesOf } from '../run-records/run-samples';
import { runProblems } from '../runs/run-checks';
import { addImages, openTestProject, type TestImage, type TestProject } from '../test-support/project';
import { createSplits } from './splits';

const splits = createSplits();
const labels = createLabels();
let opened: TestProject;
let project: OpenProject;
let number = 0;

interface Given extends TestImage {
  readonly label: string;
  readonly site?: string;
}

/** An image with what a test is about. */
function add({ site, ...changes }: Given): number {
  number += 1;
  const hash = number.toString(16).padStart(64, '0');
  const siteId = site === undefined ? null : originNumber(project.store, 'site', site, site);
  const [id] = addImages(project, 1, () => ({ hash, path: `${number}.png`, modality: 'US', siteId, ...changes }));
  return id as number;
}

/** In one transaction: each on its own would wait for the disk. */
const times = <T>(n: number, make: (index: number) => T): T[] =>
  project.store.transaction(() => Array.from({ length: n }, (_, index) => make(index)));
const splitOf = (id: number) => splitCandidates(project.store).find((one) => one.id === id)?.split;

beforeEach(async () => {
  opened = await openTestProject();
  ({ project } = opened);
});
afterEach(() => opened.close());

describe('a split', () => {
  // Nothing here reads a file.
  const dataset = createDataset({ splits, pool: { dispose: async () => {} } as DecodePool });
  /** `count` images; image i belongs to patient i >> 1 when `patients`. */
  const addMany = (count: number, patients = true): number[] =>
    addImages(project, count, (i) => (patients ? { patient: `P${i >> 1}` } : {}));
  const labelHalf = (ids: readonly number[]) => {
    labels.label(
      project,
      ids.filter((_, i) => i % 4 < 2),
      'a',
    );
    labels.label(
      project,
      ids.filter((_, i) => i % 4 >= 2),
      'b',
    );
  };
  const request = { validation: 0.2, test: 0.2, seed: 7, group: 'patient' as const };

  it('needs labels of two classes', () => {
    const ids = addMany(4);
    expect(() => splits.split(project, request)).toThrow(/No labelled images/);
    labels.label(project, ids, 'only');
    expect(() => splits.split(project, request)).toThrow(/at least two/);
    expect(() => splits.split(project, { ...request, validation: 0.5, test: 0.5 })).toThrow(/too little/);
    expect(splits.current(project)).toBeNull();
    expect(() => splits.move(project, ids, 'test')).toThrow(/no split/);
  });

  it('keeps patients together, and moves are visible and undone', () => {
    const ids = addMany(200);
    labelHalf(ids);
    const split = splits.split(project, request);
    expect(split).toMatchObject({
      seed: 7,
      group: 'patient',
      groupsAcrossSplits: 0,
      counts: { train: { a: 60, b: 60 }, validation: { a: 20, b: 20 }, test: { a: 20, b: 20 } },
      patients: { train: 60, validation: 20, test: 20 },
      deviation: 0,
    });
    expect(split.warnings).toEqual([
      'Fewer than 30 test images of “a” (20), “b” (20): too few to measure performance reliably.',
    ]);
    const [one] = dataset.ids(project, { split: 'train' }, 'path') as [number];
    const moved = splits.move(project, [one], 'test');
    expect(moved.groupsAcrossSplits).toBe(1);
    expect(moved.warnings[0]).toBe('1 patient in more than one split: results would look better than they are.');
    expect(labels.undo(project).description).toBe('move of 1 image to test');
    expect(splits.current(project)).toEqual(split);
    expect(splits.split(project, request)).toMatchObject({ counts: split.counts });
    // Same seed: same people.
    const test = dataset.ids(project, { split: 'test' }, 'path');
    splits.split(project, { ...request, seed: 8 });
    expect(dataset.ids(project, { split: 'test' }, 'path')).not.toEqual(test);
    splits.split(project, request);
    expect(dataset.ids(project, { split: 'test' }, 'path')).toEqual(test);
  });

  it('reports splits that lack a class of two images, and images outside', () => {
    const ids = addMany(44, false);
    labelHalf(ids.slice(0, 40));
    labels.label(project, ids.slice(40, 42), 'rare');
    const split = splits.split(project, request);
    expect(split.warnings.filter((one) => one.includes('rare') && one.includes('missing'))).toEqual([
      expect.stringMatching(/^“rare” is missing from the (train|validation|test) split: it has only 2 images\.$/),
    ]);
    expect(split.warnings.join('\n')).toContain('Patients are unknown');
    labels.label(project, ids.slice(42), 'a');
    expect(splits.current(project)?.warnings.join('\n')).toContain('2 labelled images outside this split');
    labels.remove(project, dataset.ids(project, { split: 'test' }, 'path'));
    expect(splits.current(project)?.warnings).toContain('The test split is empty.');
  });

  it('gives training its samples in the same order, whatever the order of import', () => {
    const ids = addMany(20);
    labelHalf(ids);
    splits.split(project, request);
    const all = collectSamples(project, dataset.classes(project));
    expect(all.map((one) => one.image).sort((x, y) => x - y)).toEqual(ids);
    const train = samplesOf(all, 'train').map((one) => one.hash);
    expect(train).toEqual([...train].sort());
    expect(new Set(collectSamples(project, ['b']).map((one) => one.label))).toEqual(new Set([0]));
  });
});

describe('the sign-off of a leaking split', () => {
  /** Ten patients of four images each, drawn without keeping them together. */
  const leak = () => {
    for (let patient = 0; patient < 10; patient++) {
      times(4, () => add({ label: patient % 2 === 0 ? 'a' : 'b', patient: `patient ${patient}` }));
    }
    return splits.split(project, { group: 'none', seed: 3 });
  };

  it('is rejected if nothing leaks or there is no split', () => {
    expect(() => splits.signOff(project, 'A. Name', 'because')).toThrow(/no split/);
    times(20, (i) => add({ label: i % 2 === 0 ? 'a' : 'b', patient: `patient ${i}` }));
    splits.split(project, {});
    expect(() => splits.signOff(project, 'A. Name', 'because')).toThrow(/No patient or duplicate group/);
  });

  it('has name, reason, date and number, and is in the audit trail', () => {
    const split = leak();
    expect(split.patientsAcrossSplits).toBeGreaterThan(0);
    expect(split.signOff).toBeNull();
    const signed = splits.signOff(project, ' A. Name ', 'A pilot to measure the leak').signOff;
    expect(signed).toMatchObject({
      name: 'A. Name',
      reason: 'A pilot to measure the leak',
      groups: split.groupsAcrossSplits,
      patients: split.patientsAcrossSplits,
      duplicates: 0,
      void: null,
    });
    expect(auditTrail(project)[0]).toMatchObject({
      action: 'split.sign-off',
      detail: { by: 'A. Name', groups: split.groupsAcrossSplits },
    });
    expect(splits.withdrawSignOff(project).signOff).toBeNull();
    expect(auditTrail(project)[0]).toMatchObject({ action: 'split.sign-off-withdrawn' });
    expect(() => splits.signOff(project, '', 'because')).toThrow();
    expect(() => splits.signOff(project, 'A. Name', '')).toThrow();
  });

  it('is void while splits differ from the signed ones, and gone with a new split', () => {
    leak();
    splits.signOff(project, 'A. Name', 'because');
    const train = splitCandidates(project.store).filter(({ split }) => split === 'train');
    expect(splits.move(project, [train[0]?.id ?? 0], 'test').signOff?.void).toBe('changed');
    labels.undo(project);
    expect(splits.current(project)?.signOff?.void).toBeNull();
    expect(splits.split(project, { group: 'none', seed: 4 }).signOff).toBeNull();
  });

  it('is void once more groups leak than were signed off', () => {
    leak();
    const train = splitCandidates(project.store).filter(({ split }) => split === 'train');
    const test = splitCandidates(project.store).filter(({ split }) => split === 'test');
    const [one, other] = [add({ label: 'a' }), add({ label: 'a' })].sort((a, b) => a - b) as [number, number];
    splits.move(project, [one, train[0]?.id ?? 0], 'train');
    splits.move(project, [other, test[0]?.id ?? 0], 'test');
    const { groups } = splits.signOff(project, 'A. Name', 'because').signOff ?? { groups: 0 };
    // Two images without a patient that turn out to be duplicates.
    storeComparisons(project.store, [{ a: one, b: other, similarity: 1, exact: true }], [one, other]);
    const now = splits.current(project);
    expect(now?.groupsAcrossSplits).toBe(groups + 1);
    expect(now?.signOff?.void).toBe('grown');
  });
});

describe('the gate of training', () => {
  const input = {
    config: runConfigSchema.parse({ backbone: 'b' }),
    classes: ['a', 'b'],
    samples: Array.from({ length: 80 }, (_, index) => ({
      image: index,
      hash: String(index),
      part: index < 40 ? ('train' as const) : ('validation' as const),
      label: index % 2,
      patient: index,
    })),
    hasSplit: true,
    patientsAcrossSplits: 0,
    duplicatesAcrossSplits: 0,
    labelClaims: [],
    signOff: null,
    estimate: null,
    estimateProblem: null,
    machineMemoryMB: 16_384,
  };
  const signOff = {
    name: 'A. Name',
    reason: 'because',
    at: '2026-11-26T00:00:00Z',
    groups: 2,
    patients: 2,
    duplicates: 0,
  };

  it('blocks patients and duplicates alike', () => {
    expect(runProblems(input)).toEqual([]);
    expect(runProblems({ ...input, patientsAcrossSplits: 2 })).toEqual([expect.stringContaining('2 patients appear')]);
    expect(runProblems({ ...input, duplicatesAcrossSplits: 1 })).toEqual([
      expect.stringContaining('1 group of duplicate images appears'),
    ]);
  });

  it('opens for a valid sign-off', () => {
    const signed = { ...input, patientsAcrossSplits: 2, signOff: { ...signOff, void: null } };
    expect(runProblems(signed)).toEqual([]);
    const stale = runProblems({ ...signed, signOff: { ...signOff, void: 'grown' as const } });
    expect(stale).toHaveLength(2);
    expect(stale[1]).toBe(
      'The sign-off by A. Name of 2026-11-26 is void: it was for 2 groups in more than one split, and there are more now.',
    );
    expect(signOffWarning(signOff)).toBe(
      'Leaking split: 2 patients appear in more than one split, so these results look better than they are. Signed off by A. Name on 2026-11-26: “because”',
    );
  });
});

describe('a held-out split', () => {
  it('tests on all of a site and on everyone with images there, and draws train and validation from the rest', () => {
    const north = times(40, (i) => add({ label: i % 2 === 0 ? 'a' : 'b', patient: `n${i >> 1}`, site: 'North' }));
    const south = times(20, (i) => add({ label: i % 2 === 0 ? 'a' : 'b', patient: `s${i >> 1}`, site: 'South' }));
    // One patient of the south was seen in the north too; another image has no site.
    const seen = add({ label: 'a', patient: 's0', site: 'North' });
    const nowhere = add({ label: 'b', patient: 'x' });
    expect(splits.origins(project)[0]).toEqual({
      by: 'site',
      values: [
        { value: 'North', images: 41, patients: 21, withoutPatient: 0, classes: { a: 21, b: 20 } },
        { value: 'South', images: 20, patients: 10, withoutPatient: 0, classes: { a: 10, b: 10 } },
      ],
      unknown: 1,
    });
    const split = splits.split(project, { validation: 0.25, heldOut: { by: 'site', values: ['South'] } });
    expect(south.map(splitOf)).toEqual(south.map(() => 'test'));
    expect(splitOf(seen)).toBe('test');
    expect(splitOf(nowhere)).not.toBe('test');
    expect(north.filter((id) => splitOf(id) === 'test')).toEqual([]);
    expect(split).toMatchObject({ heldOut: { by: 'site', values: ['South'] }, groupsAcrossSplits: 0 });
    expect(split.counts.test).toEqual({ a: 11, b: 10 });
    // A quarter of the 41 others, whole patients.
    expect(split.counts.validation).toEqual({ a: 5, b: 5 });
    expect(split.deviation).toBeLessThanOrEqual(1);
    expect(split.warnings.slice(0, 2)).toEqual([
      '1 image of another site also went to the test split, because of patients or duplicates among the held-out images.',
      '1 image without a known site in training and validation, which may belong to the held-out site.',
    ]);
    // Stored: the same after it is read again.
    expect(splits.current(project)).toEqual(split);
  });

  it('identifies a scanner by maker and model, and reports a class missing in test', () => {
    const scanner = (model: string) => ({ manufacturer: 'Maker', model });
    times(20, (i) => add({ label: i % 2 === 0 ? 'a' : 'b', ...scanner('One') }));
    times(5, () => add({ label: 'a', ...scanner('Two') }));
    const split = splits.split(project, { heldOut: { by: 'scanner', values: ['Maker Two'] } });
    expect(split.counts.test).toEqual({ a: 5 });
    expect(split.warnings.join('\n')).toContain('“b” is missing from the test split');
    const refused = (values: string[]) => () => splits.split(project, { heldOut: { by: 'scanner', values } });
    expect(refused(['Maker Three'])).toThrow(/No labelled image has the scanner “Maker Three”/);
    expect(refused(['Maker One'])).toThrow(/fewer than two classes/);
    expect(() => splits.split(project, { heldOut: { by: 'site', values: ['x'] } })).toThrow(/the site “x”/);
  });
});

describe('the guide’s numbers', () => {
  const guide = () => {
    for (const [label, n] of [
      ['benign', 437],
      ['malignant', 210],
      ['normal', 133],
    ] as const) {
      times(n, () => add({ label }));
    }
  };

  it('are 468, 156 and 156 of 780 images with grouping off: a fifth is test, a quarter of the rest validates', () => {
    guide();
    const split = splits.split(project, {
      validation: 0.25 * (1 - 0.2),
      test: 0.2,
      group: 'none',
      keepDuplicatesTogether: false,
    });
    const total = (name: 'train' | 'validation' | 'test') =>
      Object.values(split.counts[name]).reduce((sum, n) => sum + n, 0);
    expect([total('train'), total('validation'), total('test')]).toEqual([468, 156, 156]);
    expect(split.deviation).toBeLessThan(1);
    // Exact shares: 87.4, 42 and 26.6 of a fifth, 262.2, 126 and 79.8 of the rest.
    expect(split.counts.train['malignant']).toBe(126);
    for (const name of ['validation', 'test'] as const) expect(split.counts[name]['malignant']).toBe(42);
  });
});

describe('the balance of a split', () => {
  it('counts by split and class, including unknown values, and marks associations with the class', () => {
    times(30, (i) => add({ label: 'a', sex: 'F', age: 35 + i, manufacturer: 'Maker', model: 'One' }));
    times(30, (i) => add({ label: 'b', sex: i < 15 ? 'F' : 'M', age: null, manufacturer: 'Maker', model: 'Two' }));
    splits.split(project, { group: 'none' });
    const { classes, factors } = datasetBalance(project);
    expect(classes).toEqual(['a', 'b']);
    const [sex, age, scanner, site] = factors;
    expect(sex?.levels.map(({ level, images, classes: of }) => [level, images, { ...of }])).toEqual([
      ['Female', 45, { a: 30, b: 15 }],
      ['Male', 15, { a: 0, b: 15 }],
    ]);
    expect(age?.levels.map(({ level, images }) => [level, images])).toEqual([
      ['under 40', 5],
      ['40–49', 10],
      ['50–59', 10],
      ['60–69', 5],
    ]);
    expect(age?.unknown).toMatchObject({ images: 30, classes: { a: 0, b: 30 } });
    expect(age?.byClass).toBeNull();
    expect(scanner?.byClass).toMatchObject({ n: 60, strength: 'strong' });
    expect(scanner?.byClass?.v).toBeCloseTo(1, 1);
    expect(site).toMatchObject({ levels: [], bySplit: null, unknown: { images: 60 } });
    expect(sex?.levels[0]?.splits).toMatchObject({ train: expect.any(Number) });
  });
});
