import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultScan, scanConfounders } from '#shared/confounders/scan';
import { syntheticImages } from '#shared/confounders/synthetic-images';
import { encodeMeasures } from '#shared/imaging/measures-bytes';
import { createRandom } from '#shared/imaging/random';
import { confounderState } from '../../store/confounders';
import { addPicture } from '../../store/duplicates';
import { originNumber, patientNumber } from '../../store/identity';
import { addImage } from '../../store/images';
import { startImport } from '../../store/imports';
import { classNumber, setLabel } from '../../store/labels';
import { sourceNumber } from '../../store/sources';
import { createJobs, type Jobs } from '../core/jobs';
import { createDuplicates } from '../duplicates/duplicates';
import { cacheFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject, type TestProject } from '../test-support/project';
import { confounderImages } from './confounder-images';
import { type Confounders, createConfounders } from './confounders';

let opened: TestProject;
let root: string;
let project: OpenProject;
let jobs: Jobs;
let confounders: Confounders;

beforeEach(async () => {
  opened = await openTestProject();
  ({ root, project } = opened);
  const { events } = opened;
  jobs = createJobs(events);
  const pool = {
    describe: () => Promise.reject(new Error('there is no raster')),
    align: () => Promise.reject(new Error('there is no raster')),
  };
  confounders = createConfounders({
    duplicates: createDuplicates({ events, pool, background: inThisThread(() => project) }),
    jobs,
    state: async (scanned) => confounderState(scanned.store),
    scanner: async (scanned, { onProgress, signal }) =>
      scanConfounders(
        confounderImages(scanned),
        { ...defaultScan, repeats: 1, permutations: 499 },
        {
          onProgress: (source, done, total) => onProgress(source, done, total),
          pause: async () => signal.throwIfAborted(),
        },
      ),
  });
});
afterEach(async () => {
  await jobs.cancelAll();
  opened.close();
});

/** 80 patients with two images each; malignant ones mostly come from the second scanner, and have a brighter border. */
function fill(): void {
  const { store } = project;
  const invented = syntheticImages({ seed: 4, groups: 80, imagesPerGroup: 2, scannerOfClass: 0.7, borderStep: 25 });
  const sourceId = sourceNumber(store, root);
  const importId = startImport(store);
  const random = createRandom(8);
  store.transaction(() => {
    invented.labels.forEach((label, index) => {
      const { id } = addImage(store, {
        hash: createHash('sha256').update(String(index)).digest('hex'),
        sourceId,
        path: `${index}.dcm`,
        fileBytes: 1,
        kind: 'dicom',
        width: 640,
        height: 480,
        frames: 1,
        colour: false,
        modality: 'US',
        bitsStored: 8,
        photometricInterpretation: 'MONOCHROME2',
        transferSyntax: '1.2.840.10008.1.2.1',
        window: null,
        range: { min: 0, max: 255 },
        sex: 'F',
        age: 40 + random.integer(30),
        manufacturer: 'Maker',
        model: invented.tags.model[index] ?? null,
        stationId: originNumber(store, 'station', `station ${label === 0 ? 0 : random.integer(2)}`),
        siteId: originNumber(store, 'site', 'one', 'Clinic One'),
        acquiredYear: index < 20 ? null : 2020,
        flags: [],
        patientId: patientNumber(store, `patient ${invented.groups[index]}`, 'table'),
        studyId: null,
        givenSplit: null,
        importId,
      });
      setLabel(store, id, classNumber(store, label === 0 ? 'benign' : 'malignant'), 'table');
      const measures = invented.measures[index];
      if (measures === null || measures === undefined) throw new Error('invented images have measures');
      addPicture(store, id, {
        content: String(index),
        descriptor: new Uint8Array(),
        measures: encodeMeasures({ dark: 0, bright: 0, entropy: 5, sharpness: 3, colour: 0, ...measures }),
      });
    });
  });
}

describe('confounders of a project', () => {
  it('are found, stored, and outdated when a label changes', async () => {
    fill();
    expect(await confounders.get(project)).toBeNull();
    const job = confounders.start(project);
    const scan = await job.result;
    const of = (source: string) => scan.findings.find((finding) => finding.source === source);
    expect(scan).toMatchObject({ images: 160, examined: 160, groups: 80, leftOut: [] });
    expect(of('model')?.verdict).toBe('strong');
    expect(of('border')?.verdict).toBe('strong');
    expect(of('site')).toMatchObject({ verdict: 'constant', values: 1, missing: 0 });
    expect(of('year')).toMatchObject({ values: 2, missing: 20 });
    expect(scan.summary).toContain('malignant vs. benign');
    expect(await confounders.get(project)).toEqual({ scan, outdated: false });
    setLabel(project.store, 1, classNumber(project.store, 'malignant'), 'user');
    expect((await confounders.get(project))?.outdated).toBe(true);
  });

  it('are counted by class for each value of a tag, in the current dataset', () => {
    fill();
    const table = confounders.table(project, 'year');
    expect(table).toEqual({
      classes: ['benign', 'malignant'],
      rows: [
        { value: '2020', counts: [70, 70] },
        { value: null, counts: [10, 10] },
      ],
      more: null,
    });
    const cell = confounders.images(project, 'year', null, 'benign').sort((a, b) => a - b);
    expect(cell).toEqual([1, 2, 5, 6, 9, 10, 13, 14, 17, 18]);
    expect(confounders.table(project, 'site').rows).toEqual([{ value: 'Clinic One', counts: [80, 80] }]);
    expect(() => confounders.images(project, 'year', null, 'cyst')).toThrow('no class “cyst”');
  });

  it('need labels, and treat a damaged result as none', async () => {
    await expect(jobs.result(confounders.start(project).id)).rejects.toMatchObject({ code: 'no_labels' });
    fill();
    await jobs.result(confounders.start(project).id);
    writeFileSync(join(cacheFolder(project.folder), 'confounders.json'), '{"images":');
    expect(await confounders.get(project)).toBeNull();
  });

  it('can be cancelled, and then leave nothing behind', async () => {
    fill();
    const job = confounders.start(project);
    jobs.cancel(job.id);
    await expect(jobs.result(job.id)).rejects.toMatchObject({ code: 'cancelled' });
    expect(jobs.get(job.id).state).toBe('cancelled');
    expect(await confounders.get(project)).toBeNull();
  });
});
