import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DecodePool } from '../../decode-host/client';
import { createDataset, type Dataset } from '../dataset/dataset';
import { auditTrail } from '../project/audit';
import type { OpenProject, Projects } from '../project/projects';
import { createSplits, type Splits } from '../splits/splits';
import { addImages, openTestProject, type TestProject } from '../test-support/project';
import { createLabels, type Labels } from './labels';

let opened: TestProject;
let root: string;
let projects: Projects;
let project: OpenProject;
let labels: Labels;
let splits: Splits;
let dataset: Dataset;

beforeEach(async () => {
  opened = await openTestProject();
  ({ root, projects, project } = opened);
  labels = createLabels();
  splits = createSplits();
  // Nothing here reads a file.
  dataset = createDataset({ splits, pool: { dispose: async () => {} } as DecodePool });
});
afterEach(() => {
  opened.close();
});

/** `count` images; image i belongs to patient i >> 1 when `patients`. */
const add = (count: number, patients = true): number[] =>
  addImages(project, count, (i) => (patients ? { patient: `P${i >> 1}` } : {}));

const shown = () => dataset.images(project, dataset.ids(project, {}, 'path'));

describe('labels', () => {
  it('are set, removed and undone in order, after a restart too', async () => {
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

  it('undo a named action only while it is the last', () => {
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

  it('can be undone at least 50 steps back', () => {
    const [a] = add(1) as [number];
    for (let i = 0; i < 60; i++) labels.label(project, [a], `class ${i}`);
    for (let i = 58; i >= 5; i--) {
      labels.undo(project);
      expect(shown()[0]?.label).toBe(`class ${i}`);
    }
  });

  it('keep classes in natural order, and safe from names such as constructor', () => {
    const ids = add(6, false);
    ['BI-RADS 10', 'BI-RADS 2', 'constructor', '__proto__', 'BI-RADS 2', 'constructor'].forEach((name, i) => {
      labels.label(project, [ids[i] ?? 0], name);
    });
    // An object validated by the contract cannot have "__proto__" as an own key.
    expect(dataset.classes(project)).toEqual(['_proto_', 'BI-RADS 2', 'BI-RADS 10', 'constructor']);
    const split = splits.split(project, { validation: 0.3, test: 0.3, seed: 1, group: 'none' });
    const total = Object.values(split.counts).flatMap((part) => Object.values(part));
    expect(total.reduce((x, y) => x + y, 0)).toBe(6);
  });
});
