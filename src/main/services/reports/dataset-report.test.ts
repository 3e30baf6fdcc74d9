import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetReportTable } from '#shared/dataset-report/report-table';
import { datasetReportSchema } from '#shared/models/dataset-report';
import { addSkip, finishImport, startImport } from '../../store/imports';
import { addDiscs } from '../test-support/disc-project';
import { openTestProject } from '../test-support/project';
import { datasetReport } from './dataset-report';
import { writeDatasetReport } from './dataset-report-file';

const opened = await openTestProject('fovea-test-', '<b>Discs</b> & more');
const { root: folder, project } = opened;

beforeAll(async () => {
  await addDiscs(project, join(folder, 'images'), { train: 12, validation: 4, test: 4 });
  const id = startImport(project.store);
  addSkip(project.store, id, { path: 'a.txt', code: 'not_an_image', message: 'Not an image.' });
  addSkip(project.store, id, { path: 'b.txt', code: 'not_an_image', message: 'Not an image.' });
  finishImport(project.store, id, 'done', {
    added: 3,
    duplicates: 1,
    skipped: [],
    classes: {},
    patients: null,
    withoutPatient: 0,
    moved: 0,
    warnings: [],
    seconds: 1,
    imagesPerSecond: 3,
  });
});
afterAll(() => {
  opened.close();
});

describe('the dataset report', () => {
  it('counts classes, splits, patients, sizes and files left out of imports', () => {
    const report = datasetReport(project);
    expect(datasetReportSchema.parse(report)).toEqual(report);
    expect(report).toMatchObject({ images: 20, patients: 10, withoutPatient: 0, unlabelled: 0 });
    expect(report.classes.map(({ label, images, splits }) => [label, images, splits])).toEqual([
      ['left', 10, { train: 6, validation: 2, test: 2 }],
      ['right', 10, { train: 6, validation: 2, test: 2 }],
    ]);
    expect(report.imagesPerPatient).toEqual([{ value: '2', patients: 10 }]);
    expect(report.sizes).toMatchObject({ distinct: 1, common: [{ value: '64 × 56', images: 20 }] });
    expect(report.sizes.counts[0]?.[0]).toBe(20);
    expect(report.modalities).toEqual([{ value: 'not known', images: 20 }]);
    expect(report.bits).toEqual([{ value: '8', images: 20 }]);
    expect(report.imports.at(-1)).toMatchObject({
      state: 'done',
      added: 3,
      known: 1,
      skipped: [{ code: 'not_an_image', files: 2, message: 'Not an image.' }],
    });
    expect(report.warnings.join('\n')).toContain('Fewer than 50 images of “left” (10), “right” (10)');
  });

  it('is written as a self-contained page, and as a table', async () => {
    const report = datasetReport(project);
    await writeDatasetReport(report, join(folder, 'report.html'), '1.2.3');
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(page).toContain('&lt;b&gt;Discs&lt;/b&gt; &amp; more');
    expect(page).not.toMatch(/<script|https?:|<link|url\(/i);
    await writeDatasetReport(report, join(folder, 'report.csv'), '1.2.3');
    const lines = readFileSync(join(folder, 'report.csv'), 'utf8').split('\r\n');
    expect(lines[0]).toBe('Section,Item,Of,Value');
    expect(lines).toContain('Class,left,train,6');
    expect(lines).toContain(`Import,${report.imports.at(-1)?.at ?? ''},skipped: not_an_image,2`);
    expect(lines).toContain('Use,Research use only: not for diagnosis or treatment.,,');
    expect(datasetReportTable(report).rows.every((row) => row.length === 4)).toBe(true);
  });
});
