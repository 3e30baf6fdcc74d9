import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DecodePool } from '../../decode-host/client';
import { patientNumber } from '../../store/identity';
import { addImage } from '../../store/images';
import { startImport } from '../../store/imports';
import { sourceNumber } from '../../store/sources';
import { plainImage } from '../../store/test-support/plain-image';
import { createEvents } from '../core/events';
import { createDataset, type Dataset } from '../dataset/dataset';
import { auditTrail } from '../project/audit';
import { createProjects, type OpenProject, type Projects } from '../project/projects';
import { collectSamples, samplesOf } from '../run-records/run-samples';
import { createSplits, type Splits } from '../splits/splits';
import { createLabels, type Labels } from './labels';

let root: string;
let projects: Projects;
let project: OpenProject;
let labels: Labels;
let splits: Splits;
let dataset: Dataset;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'fovea-labels-'));
  const events = createEvents();
  projects = createProjects({ userDataFolder: join(root, 'user'), events });
  project = await projects.create(join(root, 'project'));
  labels = createLabels();
  splits = createSplits();
  // Nothing here reads a file.
  dataset = createDataset({ splits, pool: { dispose: async () => {} } as DecodePool });
});
afterEach(() => {
  projects.closeAll();
  rmSync(root, { recursive: true, force: true });
});

/** `count` images; image i belongs to patient i >> 1 when `patients`. */
function add(count: number, patients = true): number[] {
  const { store } = project;
  const importId = startImport(store);
  return Array.from({ length: count }, (_, i) => {
    const patientId = patients ? patientNumber(store, `P${i >> 1}`, 'dicom') : null;
    return addImage(store, {
      ...plainImage,
      hash: i.toString(16).padStart(64, '0'),
      sourceId: sourceNumber(store, '/images'),
      path: `IM${i}.dcm`,
      fileBytes: 1,
      kind: 'dicom',
      width: 1,
      height: 1,
      modality: 'US',
      photometricInterpretation: 'MONOCHROME2',
      patientId,
      importId,
    }).id;
  });
}

const shown = () => dataset.images(project, dataset.ids(project, {}, 'path'));

describe('labels', () => {
  it('are set, taken off and undone in order, also after a restart', async () => {
    const [a, b, c] = add(3) as [number, number, number];
    expect(labels.label(project, [a, b], ' benign ')).toEqual({ changed: 2 });
    expect(labels.label(project, [a, b], 'benign')).toEqual({ changed: 0 });
    labels.label(project, [b, c], 'malignant');
    labels.label(project, [a], null);
    labels.remove(project, [c, c, 999]);
    expect(shown().map((one) => one.label)).toEqual([null, 'malignant']);

    projects.closeAll();
    project = await projects.open(join(root, 'project'));
    expect(dataset.summary(project).canUndo).toBe(true);
    expect(labels.undo(project)).toEqual({ changed: 1, description: 'removal of 1 image' });
    expect(labels.undo(project)).toEqual({ changed: 1, description: 'removal of the label from 1 image' });
    expect(shown().map((one) => one.label)).toEqual(['benign', 'malignant', 'malignant']);
    expect(labels.undo(project)).toEqual({ changed: 2, description: 'label “malignant” on 2 images' });
    expect(shown().map((one) => one.label)).toEqual(['benign', 'benign', null]);
    labels.undo(project);
    expect(shown().map((one) => one.label)).toEqual([null, null, null]);
    expect(labels.undo(project)).toEqual({ changed: 0, description: null });
    expect(dataset.summary(project)).toMatchObject({ canUndo: false, unlabelled: 3, classes: [] });
    expect(dataset.classes(project)).toEqual([]);
    expect(auditTrail(project).map((one) => one.action)).toContain('undo');
    expect(() => labels.label(project, [a], '  ')).toThrow(/needs a name/);
  });

  it('undoes one named action only while it is the last', () => {
    const ids = add(1);
    labels.label(project, ids, 'first');
    const first = labels.last(project);
    expect(first?.description).toBe('label “first” on 1 image');
    labels.label(project, ids, 'second');
    const stamp = first?.stamp ?? '';
    expect(() => labels.undo(project, stamp)).toThrow(expect.objectContaining({ code: 'action_not_last' }));
    labels.undo(project, labels.last(project)?.stamp);
    expect(labels.undo(project, stamp).description).toBe('label “first” on 1 image');
  });

  it('can be undone at least 50 deep', () => {
    const [a] = add(1) as [number];
    for (let i = 0; i < 60; i++) labels.label(project, [a], `class ${i}`);
    for (let i = 58; i >= 5; i--) {
      labels.undo(project);
      expect(shown()[0]?.label).toBe(`class ${i}`);
    }
  });

  it('keep the order of classes natural and out of reach of names such as constructor', () => {
    const ids = add(6, false);
    ['BI-RADS 10', 'BI-RADS 2', 'constructor', '__proto__', 'BI-RADS 2', 'constructor'].forEach((name, i) => {
      labels.label(project, [ids[i] ?? 0], name);
    });
    // No object can have "__proto__" as a key of its own once the contract has checked it.
    expect(dataset.classes(project)).toEqual(['_proto_', 'BI-RADS 2', 'BI-RADS 10', 'constructor']);
    const split = splits.split(project, { validation: 0.3, test: 0.3, seed: 1, group: 'none' });
    const total = Object.values(split.counts).flatMap((part) => Object.values(part));
    expect(total.reduce((x, y) => x + y, 0)).toBe(6);
  });
});

describe('splits', () => {
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

  it('need labels of two classes', () => {
    const ids = add(4);
    expect(() => splits.split(project, request)).toThrow(/No labelled images/);
    labels.label(project, ids, 'only');
    expect(() => splits.split(project, request)).toThrow(/at least two/);
    expect(() => splits.split(project, { ...request, validation: 0.5, test: 0.5 })).toThrow(/too little/);
    expect(splits.current(project)).toBeNull();
    expect(() => splits.move(project, ids, 'test')).toThrow(/no split/);
  });

  it('keep patients together, and moves are seen and undone', () => {
    const ids = add(200);
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

  it('say which part lacks a class of two images, and what is outside', () => {
    const ids = add(44, false);
    labelHalf(ids.slice(0, 40));
    labels.label(project, ids.slice(40, 42), 'rare');
    const split = splits.split(project, request);
    expect(split.warnings.filter((one) => one.includes('rare') && one.includes('missing'))).toEqual([
      expect.stringMatching(/^“rare” is missing from the (train|validation|test) split: it has only 2 images\.$/),
    ]);
    expect(split.warnings.join('\n')).toContain('Patients are unknown');
    labels.label(project, ids.slice(42), 'a');
    expect(splits.current(project)?.warnings.join('\n')).toContain('2 labelled images without a split');
    labels.remove(project, dataset.ids(project, { split: 'test' }, 'path'));
    expect(splits.current(project)?.warnings).toContain('The test split is empty.');
  });

  it('give training its samples, in the same order whatever the order of import', () => {
    const ids = add(20);
    labelHalf(ids);
    splits.split(project, request);
    const all = collectSamples(project, dataset.classes(project));
    expect(all.map((one) => one.image).sort((x, y) => x - y)).toEqual(ids);
    const train = samplesOf(all, 'train').map((one) => one.hash);
    expect(train).toEqual([...train].sort());
    expect(new Set(collectSamples(project, ['b']).map((one) => one.label))).toEqual(new Set([0]));
  });
});

describe('the dataset summary', () => {
  it('warns of what would spoil a training', () => {
    const ids = add(120);
    project.store.run('UPDATE images SET patient_id = 1');
    labels.label(project, ids.slice(0, 60), 'a');
    expect(dataset.summary(project).warnings).toEqual([
      'There is only one class. A classifier needs at least two.',
      'Fewer than 100 images of “a” (60): more would help.',
      '60 images without a label: not used for training.',
      'All images have the same patient ID, so patients cannot be kept apart. It may have been blanked.',
    ]);
    labels.label(project, ids.slice(60, 100), 'b');
    project.store.run('UPDATE images SET patient_id = NULL WHERE id % 2 = 0');
    expect(dataset.summary(project).warnings.slice(0, 1)).toEqual([
      'Fewer than 50 images of “b” (40): expect wide intervals and unstable results.',
    ]);
    expect(dataset.summary(project).warnings.at(-1)).toMatch(/^60 images without a known patient/);
  });
});
