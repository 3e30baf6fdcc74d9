import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runConfigSchema } from '#shared/models/run-config';
import { signOffWarning } from '#shared/models/sign-off';
import { storeComparisons } from '../../store/duplicates';
import { originNumber, patientNumber } from '../../store/identity';
import { addImage, type NewImage } from '../../store/images';
import { startImport } from '../../store/imports';
import { classNumber, setLabel } from '../../store/labels';
import { sourceNumber } from '../../store/sources';
import { splitCandidates } from '../../store/splits';
import { plainImage } from '../../store/test-support/plain-image';
import { createEvents } from '../core/events';
import { datasetBalance } from '../dataset/balance';
import { createLabels } from '../labels/labels';
import { auditTrail } from '../project/audit';
import { createProjects, type OpenProject, type Projects } from '../project/projects';
import { runProblems } from '../runs/run-checks';
import { createSplits } from './splits';

const folder = mkdtempSync(join(tmpdir(), 'fovea-splits-'));
const events = createEvents();
const splits = createSplits();
const labels = createLabels();
let projects: Projects;
let project: OpenProject;
let number = 0;

interface Given extends Partial<NewImage> {
  readonly label: string;
  readonly patient?: string;
  readonly site?: string;
}

/** An image with what a test is about. */
function add({ label, patient, site, ...changes }: Given): number {
  const { store } = project;
  number += 1;
  const { id } = addImage(store, {
    ...plainImage,
    hash: number.toString(16).padStart(64, '0'),
    sourceId: sourceNumber(store, folder),
    path: `${number}.png`,
    fileBytes: 1,
    width: 64,
    height: 64,
    modality: 'US',
    siteId: site === undefined ? null : originNumber(store, 'site', site, site),
    patientId: patient === undefined ? null : patientNumber(store, patient, 'table'),
    importId: startImport(store),
    ...changes,
  });
  setLabel(store, id, classNumber(store, label), 'user');
  return id;
}

/** In one transaction: each on its own would wait for the disk. */
const times = <T>(n: number, make: (index: number) => T): T[] =>
  project.store.transaction(() => Array.from({ length: n }, (_, index) => make(index)));
const partOf = (id: number) => splitCandidates(project.store).find((one) => one.id === id)?.part;

beforeEach(async () => {
  projects = createProjects({ userDataFolder: folder, events });
  project = await projects.create(join(folder, `project ${number}`), 'Splits');
});
afterEach(() => {
  projects.closeAll();
  rmSync(project.folder, { recursive: true, force: true });
});

describe('the sign-off of a leaking split', () => {
  /** Ten patients of four images each, drawn without keeping them together. */
  const leak = () => {
    for (let patient = 0; patient < 10; patient++) {
      times(4, () => add({ label: patient % 2 === 0 ? 'a' : 'b', patient: `patient ${patient}` }));
    }
    return splits.split(project, { group: 'none', seed: 3 });
  };

  it('is refused where nothing leaks or there is no split', () => {
    expect(() => splits.signOff(project, 'A. Name', 'because')).toThrow(/no split/);
    times(20, (i) => add({ label: i % 2 === 0 ? 'a' : 'b', patient: `patient ${i}` }));
    splits.split(project, {});
    expect(() => splits.signOff(project, 'A. Name', 'because')).toThrow(/No patient or duplicate group/);
  });

  it('holds with name, reason, date and number, and is in the audit trail', () => {
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

  it('is void while parts differ from those it was given for, and gone with a new split', () => {
    leak();
    splits.signOff(project, 'A. Name', 'because');
    const train = splitCandidates(project.store).filter(({ part }) => part === 'train');
    expect(splits.move(project, [train[0]?.id ?? 0], 'test').signOff?.void).toBe('changed');
    labels.undo(project);
    expect(splits.current(project)?.signOff?.void).toBeNull();
    expect(splits.split(project, { group: 'none', seed: 4 }).signOff).toBeNull();
  });

  it('is void once more groups leak than it was given for', () => {
    leak();
    const train = splitCandidates(project.store).filter(({ part }) => part === 'train');
    const test = splitCandidates(project.store).filter(({ part }) => part === 'test');
    const [one, other] = [add({ label: 'a' }), add({ label: 'a' })].sort((a, b) => a - b) as [number, number];
    splits.move(project, [one, train[0]?.id ?? 0], 'train');
    splits.move(project, [other, test[0]?.id ?? 0], 'test');
    const { groups } = splits.signOff(project, 'A. Name', 'because').signOff ?? { groups: 0 };
    // Two images of nobody that are found to be copies of each other since.
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

  it('stops patients and duplicates alike', () => {
    expect(runProblems(input)).toEqual([]);
    expect(runProblems({ ...input, patientsAcrossSplits: 2 })).toEqual([expect.stringContaining('2 patients appear')]);
    expect(runProblems({ ...input, duplicatesAcrossSplits: 1 })).toEqual([
      expect.stringContaining('1 group of duplicate images appears'),
    ]);
  });

  it('opens for a sign-off that holds', () => {
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
  it('tests on all of a site and on whoever has images there, and draws train and validation from the rest', () => {
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
    expect(south.map(partOf)).toEqual(south.map(() => 'test'));
    expect(partOf(seen)).toBe('test');
    expect(partOf(nowhere)).not.toBe('test');
    expect(north.filter((id) => partOf(id) === 'test')).toEqual([]);
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

  it('takes a scanner by maker and model, and says which class is missing in test', () => {
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
    const total = (part: 'train' | 'validation' | 'test') =>
      Object.values(split.counts[part]).reduce((sum, n) => sum + n, 0);
    expect([total('train'), total('validation'), total('test')]).toEqual([468, 156, 156]);
    expect(split.deviation).toBeLessThan(1);
    // Exact shares: 87.4, 42 and 26.6 of a fifth, 262.2, 126 and 79.8 of the rest.
    expect(split.counts.train['malignant']).toBe(126);
    for (const part of ['validation', 'test'] as const) expect(split.counts[part]['malignant']).toBe(42);
  });
});

describe('the balance of a split', () => {
  it('counts by part and class, with what is not known, and marks what goes with the class', () => {
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
    expect(site).toMatchObject({ levels: [], byPart: null, unknown: { images: 60 } });
    expect(sex?.levels[0]?.parts).toMatchObject({ train: expect.any(Number) });
  });
});
