import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DecodePool } from '../../decode-host/client';
import { createLabels } from '../labels/labels';
import { createSplits } from '../splits/splits';
import { addImages, openTestProject, type TestProject } from '../test-support/project';
import { createDataset } from './dataset';

let opened: TestProject;
const labels = createLabels();
// Nothing here reads a file.
const dataset = createDataset({ splits: createSplits(), pool: { dispose: async () => {} } as DecodePool });

beforeEach(async () => {
  opened = await openTestProject();
});
afterEach(() => opened.close());

describe('the dataset summary', () => {
  it('warns of problems for training', () => {
    const { project } = opened;
    const ids = addImages(project, 120, (i) => ({ patient: `P${i >> 1}` }));
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
