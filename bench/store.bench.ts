/**
 * What the window asks of a project with 100,000 images: `npx vitest bench --run bench/store`.
 * Aim: each well under 200 ms.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, bench, describe } from 'vitest';
import { measurePicture } from '#shared/imaging/measure-picture';
import { encodeMeasures } from '#shared/imaging/measures-bytes';
import { createDataset } from '../src/main/services/dataset';
import { createEvents } from '../src/main/services/events';
import { createLabels } from '../src/main/services/labels';
import type { OpenProject } from '../src/main/services/projects';
import { createSplits } from '../src/main/services/splits';
import { addPicture } from '../src/main/store/duplicates';
import { patientNumber } from '../src/main/store/identity';
import { addImage } from '../src/main/store/images';
import { startImport } from '../src/main/store/imports';
import { classNumber, setLabel } from '../src/main/store/labels';
import { pictureMeasures } from '../src/main/store/measures';
import { createProjectStore } from '../src/main/store/open';
import { sourceNumber } from '../src/main/store/sources';

const IMAGES = 100_000;
const CLASSES = ['benign', 'malignant', 'normal'];

const folder = mkdtempSync(join(tmpdir(), 'fovea-bench-'));
const store = createProjectStore(join(folder, 'project.sqlite'));
const project: OpenProject = { id: 'bench', folder, name: 'bench', store };
const events = createEvents();
const splits = createSplits({ events });
const labels = createLabels({ events });
const dataset = createDataset({
  splits,
  // The reads below decode nothing.
  pool: undefined as never,
});

const measures = encodeMeasures(measurePicture({ width: 1, height: 1, channels: 1, data: Uint8Array.of(7) }));

const importStarted = performance.now();
const importId = startImport(store);
for (let start = 0; start < IMAGES; start += 50) {
  store.transaction(() => {
    const sourceId = sourceNumber(store, '/bench');
    for (let i = start; i < start + 50; i++) {
      const name = CLASSES[i % 3] ?? '';
      const { id } = addImage(store, {
        hash: (i * 2654435761).toString(16).padStart(64, '0'),
        sourceId,
        path: `${name}/study ${i >> 3}/IM${i}.dcm`,
        fileBytes: 300_000,
        kind: 'dicom',
        width: 512,
        height: 512,
        frames: 1,
        colour: false,
        modality: i % 5 === 0 ? 'MG' : 'US',
        bitsStored: 12,
        photometricInterpretation: 'MONOCHROME2',
        transferSyntax: '1.2.840.10008.1.2.1',
        window: { center: 2048, width: 4096 },
        range: { min: 0, max: 4095 },
        sex: 'F',
        age: 50,
        manufacturer: 'Maker',
        model: 'Model',
        flags: [],
        patientId: patientNumber(store, `patient ${i >> 2}`, 'dicom'),
        studyId: null,
        givenSplit: null,
        importId,
      });
      setLabel(store, id, classNumber(store, name), 'folder');
      addPicture(store, id, { content: i.toString(16), descriptor: new Uint8Array(268), measures });
    }
  });
}
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
    'ids of a class and a part',
    () => void dataset.ids(project, { label: 'normal', split: 'train' }, 'path'),
    options,
  );
  bench('ids by text', () => void dataset.ids(project, { text: 'IM4711' }, 'path'), options);
  bench('ids by modality, by label', () => void dataset.ids(project, { modality: 'MG' }, 'label'), options);
  bench('a page of 500 images', () => void dataset.images(project, page), options);
  bench('measures of all pictures', () => void pictureMeasures(store), options);
  bench('training samples', () => void dataset.samples(project, 'train'), options);
  bench(
    'label 500 images and undo',
    () => {
      labels.label(project, page, 'cyst');
      labels.undo(project);
    },
    options,
  );
});
