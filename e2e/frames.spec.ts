import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { expect, test } from './fixtures/app';
import { recording } from './fixtures/dicom';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

test('imports all frames of a recording in a zip archive, and scrolls through them in the inspector', async ({
  app,
  window,
}) => {
  const folder = join(app.workspace, 'recordings');
  await mkdir(folder);
  const zip = new ZipFile();
  zip.addBuffer(recording(5), 'angio/cine.dcm');
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(join(folder, 'study.zip')));
  await new ProjectsPage(window).create('Frames', app.workspace);

  const data = new DataPage(window);
  await data.scanFolder(folder);
  const plan = data.importDialog('Import preview');
  await expect(plan).toContainText('1 file in 1 zip archive');
  await plan.getByRole('combobox', { name: 'Multi-frame DICOM files' }).click();
  await window.getByRole('option', { name: 'All frames' }).click();
  await plan.getByRole('button', { name: 'Import 1 file' }).click();
  const result = data.importDialog('Import finished');
  await expect(result).toContainText('every frame is an image');
  await result.getByRole('button', { name: 'Done' }).click();
  // A dialog receives keys as long as it exists, even while fading.
  await expect(window.getByRole('dialog')).toHaveCount(0);
  await expect(data.images).toHaveCount(5);

  await data.images.nth(1).click();
  const inspector = window.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector).toContainText('frame 2 of 5');
  const viewport = inspector.getByRole('img', { name: /cine\.dcm/ });
  await expect(viewport.locator('img')).toHaveAttribute('src', /frame=1/);
  await expect(inspector).toContainText('Frame 2 of 5');
  await window.keyboard.press('.');
  await expect(inspector).toContainText('Frame 3 of 5');
  await expect(viewport.locator('img')).toHaveAttribute('src', /frame=2/);
  await viewport.hover();
  await window.mouse.wheel(0, 100);
  await expect(inspector).toContainText('Frame 4 of 5');
  await inspector.getByRole('slider', { name: 'Frame' }).press('End');
  await expect(inspector).toContainText('Frame 5 of 5');
  await inspector.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect(inspector).toContainText('Frame 2 of 5');
});

test('shows an image with non-square pixels in its true aspect ratio, and notes what is odd', async ({
  app,
  window,
}) => {
  const folder = join(app.workspace, 'tall');
  await mkdir(folder);
  // 60 rows of 0.6 mm and 120 columns of 0.3 mm: a square of 36 mm. The comma is for the note.
  await writeFile(join(folder, 'tall.dcm'), recording(1, 60, 120, '0,6\\0,3'));
  await new ProjectsPage(window).create('Aspect', app.workspace);
  const data = new DataPage(window);
  expect(await data.importFolder(folder)).toContain('Pixel Spacing is written with a decimal comma');

  await data.images.first().click();
  const inspector = window.getByRole('complementary', { name: 'Inspector' });
  const picture = inspector.getByRole('img', { name: /tall\.dcm/ }).locator('img');
  await expect(picture).toBeVisible();
  const ratio = () => picture.boundingBox().then((box) => (box === null ? 0 : box.width / box.height));
  await expect.poll(ratio).toBeCloseTo(1, 1);
});
