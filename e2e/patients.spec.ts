import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures/app';
import { still } from './fixtures/dicom';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

const FACTS = { institution: 'General Hospital', maker: 'Maker', model: 'One', sex: 'F', age: 50 } as const;

test('asks about a table with other patients than the files, and counts no unnamed patients', async ({
  app,
  window,
}) => {
  const folder = join(app.workspace, 'images');
  // Three patients, the first of them with two images.
  for (const [index, patient] of ['001', '001', '002', '003'].entries()) {
    const side = index % 2 === 0 ? 'left' : 'right';
    await mkdir(join(folder, side), { recursive: true });
    await writeFile(join(folder, side, `${index}.dcm`), still({ ...FACTS, patient, seed: index + 1, side }));
  }
  // One patient becomes two, and two become one.
  const rows = ['left/0.dcm,A', 'right/1.dcm,B', 'left/2.dcm,C', 'right/3.dcm,C'];
  await writeFile(join(app.workspace, 'patients.csv'), ['path,patient', ...rows].join('\n'));

  await new ProjectsPage(window).create('Patients', app.workspace);
  const data = new DataPage(window);
  await data.scanFolder(folder);
  const plan = data.importDialog('Import preview');
  await plan.getByRole('button', { name: 'Add a label table (CSV)' }).click();
  await data.chooseFile(app.workspace, 'patients.csv', /Choose a label table/);
  const question = plan.getByRole('radiogroup', {
    name: /split 1 patient of the files and merge 1 group of patients/,
  });
  await expect(question).toBeVisible();
  await expect(plan).toContainText('3 patients known now; 3 patients after applying the table.');
  await expect(plan.getByRole('button', { name: /^Import 4/ })).toBeDisabled();
  await question.getByRole('radio', { name: 'Keep the patients from the files' }).click();
  await plan.getByRole('button', { name: /^Import 4/ }).click();
  const result = data.importDialog('Import finished');
  await expect(result).toContainText('4 images added of 3 patients');
  await result.getByRole('button', { name: 'Done' }).click();
  await expect(window.getByText('4 images · 3 patients', { exact: false })).toBeVisible();

  // One image without a patient: the only one of that import, and not counted as a patient.
  const more = join(app.workspace, 'more', 'left');
  await mkdir(more, { recursive: true });
  await writeFile(join(more, 'nobody.dcm'), still({ ...FACTS, patient: 'UNKNOWN', seed: 9, side: 'left' }));
  expect(await data.importFolder(join(app.workspace, 'more'))).toContain('1 image added, patients unknown');
  await expect(window.getByText('5 images · 3 patients known, 1 image without')).toBeVisible();
  const split = await data.openSplit();
  await split.getByRole('button', { name: 'Create split' }).click();
  await expect(split.getByRole('table', { name: 'Split' })).toContainText(/Patients.*(known|unknown)/);
});
