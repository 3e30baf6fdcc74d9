import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classCounts, datasetCounts, imageGroups, patientsBySplit } from './counts';
import { imageFacets } from './facets';
import { originNumber, patientNumber, studyNumber } from './identity';
import { addImage, imageDetail, imageIds, imagesById, type NewImage, setRemoved } from './images';
import { startImport } from './imports';
import { classesByName, classNumber, labelHistory, setLabel } from './labels';
import { naturalKey } from './natural-key';
import { createProjectStore, type ProjectStore } from './open';
import { sourceNumber } from './sources';
import { addSplit, currentSplit, setMember } from './splits';
import { plainImage } from './test-support/plain-image';

let folder: string;
let store: ProjectStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-images-'));
  store = createProjectStore(join(folder, 'project.sqlite'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

let number = 0;
function image(path: string, more: Partial<NewImage> = {}): number {
  number += 1;
  return addImage(store, {
    ...plainImage,
    hash: number.toString(16).padStart(64, '0'),
    sourceId: sourceNumber(store, '/somewhere'),
    path,
    fileBytes: 10,
    width: 4,
    height: 3,
    sex: 'F',
    age: 50,
    manufacturer: 'Maker',
    importId: startImport(store),
    ...more,
  }).id;
}

describe('images', () => {
  it('are listed in natural order, or in any requested order', () => {
    const [ten, two, lower] = [image('b/scan (10).png'), image('b/scan (2).png'), image('a/ähnlich.png')];
    const classOf = (name: string) => classNumber(store, name);
    setLabel(store, ten, classOf('normal'), 'user');
    setLabel(store, lower, classOf('benign'), 'user');
    expect(imageIds(store, {}, 'path')).toEqual([lower, two, ten]);
    expect(imageIds(store, {}, 'added')).toEqual([ten, two, lower]);
    expect(imageIds(store, {}, 'label')).toEqual([lower, ten, two]);
    addSplit(
      store,
      { seed: 1, grouping: 'none', validation: 0, test: 0, warnings: [] },
      new Map([
        [ten, 'test'],
        [lower, 'train'],
      ]),
    );
    expect(imageIds(store, {}, 'split')).toEqual([lower, ten, two]);
    expect(classesByName(store).map((one) => one.name)).toEqual(['benign', 'normal']);
  });

  it('are filtered by label, split, patient, modality, text and ids, together', () => {
    const patient = patientNumber(store, 'PAT-1', 'dicom');
    const a = image('x/100%_a.dcm', { kind: 'dicom', modality: 'US', patientId: patient });
    const b = image('x/100 a.dcm', { kind: 'dicom', modality: 'CT' });
    const c = image('x/B.png');
    setLabel(store, a, classNumber(store, "it's"), 'user');
    expect(imageIds(store, { label: "it's" }, 'path')).toEqual([a]);
    expect(imageIds(store, { label: 'unheard of' }, 'path')).toEqual([]);
    expect(imageIds(store, { label: null }, 'added')).toEqual([b, c]);
    expect(imageIds(store, { unlabelled: true }, 'added')).toEqual([b, c]);
    expect(imageIds(store, { patient }, 'path')).toEqual([a]);
    expect(imageIds(store, { modality: 'CT' }, 'path')).toEqual([b]);
    expect(imageIds(store, { text: '%_' }, 'path')).toEqual([a]);
    expect(imageIds(store, { text: 'b.P' }, 'path')).toEqual([c]);
    expect(imageIds(store, { ids: [c, a, 999], modality: 'US' }, 'path')).toEqual([a]);
    expect(imageIds(store, { split: null }, 'added')).toEqual([a, b, c]);
    expect(imageIds(store, { split: 'test' }, 'path')).toEqual([]);
    store.run(`UPDATE images SET sex = 'M' WHERE id = ?`, c);
    store.run(`UPDATE images SET flags = '["multi-frame","burned-in"]', sex = 'F' WHERE id = ?`, a);
    store.run(
      `UPDATE images SET sex = 'female', site_id = ? WHERE id = ?`,
      originNumber(store, 'site', 'X', 'North'),
      b,
    );
    expect(imageIds(store, { flag: 'burned-in' }, 'path')).toEqual([a]);
    expect(imageIds(store, { flag: 'burned' }, 'path')).toEqual([]);
    expect(imageIds(store, { sex: 'Female' }, 'added')).toEqual([a, b]);
    expect(imageIds(store, { sex: 'Female', site: 'North' }, 'path')).toEqual([b]);
    expect(imageFacets(store)).toEqual({
      flags: [
        { value: 'burned-in', images: 1 },
        { value: 'multi-frame', images: 1 },
      ],
      sexes: [
        { value: 'Female', images: 2 },
        { value: 'Male', images: 1 },
      ],
      sites: [{ value: 'North', images: 1 }],
    });
  });

  it('with the same content are one image, and a removed one is restored', () => {
    const hash = 'f'.repeat(64);
    const first = image('a.png', { hash });
    expect(image('copy of a.png', { hash })).toBe(first);
    expect(imagesById(store, [first])[0]?.path).toBe('a.png');
    expect(setRemoved(store, [first], true)).toBe(1);
    expect(setRemoved(store, [first], true)).toBe(0);
    expect(imageIds(store, {}, 'path')).toEqual([]);
    expect(imagesById(store, [first])[0]?.flags).toEqual(['removed']);
    expect(image('again.png', { hash })).toBe(first);
    expect(imageIds(store, {}, 'path')).toEqual([first]);
  });

  it('are listed in the order of the ids, with their details', () => {
    const window = { center: 40, width: 400 };
    const a = image('a.dcm', { window, flags: ['multi-frame'], studyId: studyNumber(store, '1.2.3', null) });
    const b = image('b.dcm');
    expect(imagesById(store, [b, 12345, a]).map((one) => one.id)).toEqual([b, a]);
    expect(imageDetail(store, a)).toMatchObject({
      path: 'a.dcm',
      sourceFolder: '/somewhere',
      window,
      range: { min: 0, max: 255 },
      flags: ['multi-frame'],
      study: 1,
      sex: 'F',
      age: 50,
      colour: false,
    });
    expect(imageDetail(store, 12345)).toBeNull();
  });
});

describe('labels', () => {
  it('keep their history, and the newest one counts', () => {
    const id = image('a.png');
    const [benign, malignant] = [classNumber(store, 'benign'), classNumber(store, 'malignant')];
    expect(setLabel(store, id, benign, 'folder')).toBe(true);
    expect(setLabel(store, id, benign, 'user')).toBe(false);
    expect(setLabel(store, id, malignant, 'user')).toBe(true);
    expect(setLabel(store, id, null, 'user')).toBe(true);
    expect(labelHistory(store, id).map(({ label, source }) => [label, source])).toEqual([
      ['benign', 'folder'],
      ['malignant', 'user'],
      [null, 'user'],
    ]);
    expect(imagesById(store, [id])[0]?.label).toBeNull();
    // The two ways to write é are one class.
    expect(classNumber(store, 'no\u0301dulo')).toBe(classNumber(store, 'n\u00f3dulo'));
  });
});

describe('identity', () => {
  it('is a running number, and none of it is in the file', () => {
    const name = 'MUSTERFRAU-8472910';
    const uid = '1.2.826.0.1.3680043.8.498.7777777';
    const patient = patientNumber(store, name, 'dicom');
    expect(patient).toBe(1);
    expect(patientNumber(store, name, 'table')).toBe(1);
    expect(patientNumber(store, 'another', 'dicom')).toBe(2);
    expect(studyNumber(store, uid, patient)).toBe(1);
    store.run('PRAGMA wal_checkpoint(TRUNCATE)');
    const bytes = readFileSync(join(folder, 'project.sqlite'));
    expect(bytes.includes(name)).toBe(false);
    expect(bytes.includes(uid)).toBe(false);
    expect(store.column('SELECT key FROM patients')[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is hashed differently in each project', () => {
    const other = createProjectStore(join(folder, 'other.sqlite'));
    patientNumber(store, 'P', 'dicom');
    patientNumber(other, 'P', 'dicom');
    expect(store.column('SELECT key FROM patients')).not.toEqual(other.column('SELECT key FROM patients'));
    other.close();
  });
});

describe('splits', () => {
  it('include one current split, which is copied to the images', () => {
    const patientId = patientNumber(store, 'P', 'dicom');
    const a = image('a.png', { patientId });
    const b = image('b.png', { patientId });
    const make = (split: 'train' | 'test') =>
      addSplit(
        store,
        { seed: 7, grouping: 'patient', validation: 0.2, test: 0.2, warnings: [] },
        new Map([[a, split]]),
      );
    make('train');
    const id = make('test');
    expect(currentSplit(store)).toMatchObject({ id, seed: 7, grouping: 'patient' });
    expect(imagesById(store, [a, b]).map((one) => one.split)).toEqual(['test', null]);
    setMember(store, id, b, 'train');
    setMember(store, id, b, null);
    expect(store.column('SELECT count(*) FROM split_members WHERE split_id = ?', id)).toEqual([1]);
  });
});

describe('counts', () => {
  it('cover images that are present, by class, patient and split', () => {
    const [p, q] = [patientNumber(store, 'P', 'dicom'), patientNumber(store, 'Q', 'dicom')];
    const a = image('a.dcm', { patientId: p, kind: 'dicom', modality: 'US', studyId: studyNumber(store, '1.2', p) });
    const b = image('b.dcm', { patientId: p, kind: 'dicom', modality: 'CT' });
    const c = image('c.png', { patientId: q });
    const d = image('d.png');
    const gone = image('e.png');
    image('f.png');
    const benign = classNumber(store, 'benign');
    for (const id of [a, b, c, d, gone]) setLabel(store, id, benign, 'user');
    setRemoved(store, [gone], true);
    addSplit(
      store,
      { seed: 1, grouping: 'none', validation: 0, test: 0.5, warnings: [] },
      new Map([
        [a, 'train'],
        [b, 'test'],
        [d, 'test'],
      ]),
    );
    expect(datasetCounts(store)).toEqual({
      images: 5,
      unlabelled: 1,
      withoutPatient: 2,
      patients: 2,
      studies: 1,
      kinds: { dicom: 2, png: 3 },
      modalities: { US: 1, CT: 1 },
    });
    const groups = imageGroups(store);
    expect([...classCounts(groups)]).toEqual([
      [benign, { images: 4, patients: 2, withoutPatient: 1, outside: 1, splits: { train: 1, validation: 0, test: 2 } }],
    ]);
    // d has no patient: it is counted as an image, not as a patient.
    expect(patientsBySplit(groups)).toEqual({
      train: { patients: 1, withoutPatient: 0 },
      validation: { patients: null, withoutPatient: 0 },
      test: { patients: 1, withoutPatient: 1 },
    });
  });
});

describe('naturalKey', () => {
  it('orders numbers by value', () => {
    const names = ['IM10', 'im9', 'IM010b', 'IM1'];
    expect([...names].sort((a, b) => (naturalKey(a) < naturalKey(b) ? -1 : 1))).toEqual([
      'IM1',
      'im9',
      'IM10',
      'IM010b',
    ]);
  });
});
