import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures/app';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

test('reports folders without images and adds nothing', async ({ app, window }) => {
  const empty = join(app.workspace, 'empty');
  const texts = join(app.workspace, 'texts');
  await mkdir(empty);
  await mkdir(texts);
  await writeFile(join(texts, 'notes.txt'), 'not an image');
  await writeFile(join(texts, 'cut.dcm'), Buffer.concat([Buffer.alloc(128), Buffer.from('DICM\x02\x00')]));
  await new ProjectsPage(window).create('Nothing', app.workspace);

  const data = new DataPage(window);
  await data.scanFolder(empty);
  const plan = data.importDialog('Import preview');
  await expect(plan.getByRole('button', { name: 'Nothing new to import' })).toBeDisabled();
  await plan.getByRole('button', { name: 'Cancel' }).click();

  await data.scanFolder(texts);
  await expect(plan).toContainText('notes.txt');
  await plan.getByRole('button', { name: /^Import 1 image/ }).click();
  const result = data.importDialog('Import finished');
  await expect(result).toContainText('cut.dcm');
  await result.getByRole('button', { name: 'Done' }).click();
  await data.open('Train');
  await expect(window.getByRole('main')).toContainText(/Data/);

  // Files dropped on another screen are added to the project as well.
  await data.dropOn(window.locator('body'), [join(texts, 'notes.txt')]);
  await expect(plan).toContainText('notes.txt');
  await expect(data.main.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible();
});
