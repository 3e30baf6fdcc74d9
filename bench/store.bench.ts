/**
 * The window's requests on a project with 100,000 images: `npx vitest bench --run bench/store`. Target: each well under
 * 200 ms.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, bench, describe } from 'vitest';
import { createDataset } from '../src/main/services/dataset/dataset';
import { createLabels } from '../src/main/services/labels/labels';
import type { OpenProject } from '../src/main/services/project/projects';
import { collectSamples } from '../src/main/services/run-records/run-samples';
import { createSplits } from '../src/main/services/splits/splits';
import { pictureMeasures } from '../src/main/store/measures';
import { createProjectStore } from '../src/main/store/open';
import { fillStore } from './fill-store';

const IMAGES = 100_000;
const CLASSES = ['benign', 'malignant', 'normal'];

const folder = mkdtempSync(join(tmpdir(), 'fovea-bench-'));
const store = createProjectStore(join(folder, 'project.sqlite'));
const project: OpenProject = { id: 'bench', folder, name: 'bench', store };
const splits = createSplits();
const labels = createLabels();
const dataset = createDataset({
  splits,
  // The reads below do not decode.
  pool: undefined as never,
});

const importStarted = performance.now();
fillStore(store, IMAGES);
const importSeconds = (performance.now() - importStarted) / 1000;
const splitStarted = performance.now();
splits.split(project, { validation: 0.2, test: 0.2, seed: 42, group: 'patient' });
const splitSeconds = (performance.now() - splitStarted) / 1000;
console.log(
  `${IMAGES} rows in batches of 50, fully synced: ${importSeconds.toFixed(1)} s; split by patient: ${splitSeconds.toFixed(2)} s`,
);
const page = dataset.ids(project, {}, 'path').slice(50_000, 50_500);

afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const options = { time: 500, warmupTime: 100 };

describe(`a project of ${IMAGES} images`, () => {
  bench('summary', () => void dataset.summary(project), options);
  for (const sort of ['path', 'label', 'split', 'patient', 'added'] as const) {
    bench(`all ids by ${sort}`, () => void dataset.ids(project, {}, sort), options);
  }
  bench(
    'ids of a class and a split',
    () => void dataset.ids(project, { label: 'normal', split: 'train' }, 'path'),
    options,
  );
  bench('ids by text', () => void dataset.ids(project, { text: 'IM4711' }, 'path'), options);
  bench('ids by modality, by label', () => void dataset.ids(project, { modality: 'MG' }, 'label'), options);
  bench('a page of 500 images', () => void dataset.images(project, page), options);
  bench('measures of all pictures', () => void pictureMeasures(store), options);
  bench('training samples', () => void collectSamples(project, CLASSES), options);
  bench(
    'label 500 images and undo',
    () => {
      labels.label(project, page, 'cyst');
      labels.undo(project);
    },
    options,
  );
});
