import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import sharp from 'sharp';
import { expect, test } from './fixtures/app';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

test('exports de-identified files: held-back files, the choice to include them, result and report', async ({
  app,
  window,
}) => {
  const folder = join(app.workspace, 'images');
  for (const label of ['benign', 'malignant']) await mkdir(join(folder, label), { recursive: true });
  for (let seed = 0; seed < 6; seed++) {
    const data = Buffer.from(Array.from({ length: 64 * 48 }, (_, index) => (index * (7 + 4 * seed)) % 251));
    const picture = sharp(data, { raw: { width: 64, height: 48, channels: 1 } }).withExif({
      IFD0: { Artist: 'Dr Anna Muster' },
    });
    const name = `${seed % 2 === 0 ? 'benign' : 'malignant'}/Muster Anna ${seed}.png`;
    await writeFile(join(folder, name), await picture.png().toBuffer());
  }
  await mkdir(join(app.workspace, 'given away'));
  await new ProjectsPage(window).create('Sharing', app.workspace);
  const data = new DataPage(window);
  await data.importFolder(folder);

  await window.getByRole('button', { name: 'More ways to add' }).click();
  await window.getByRole('menuitem', { name: 'Export de-identified images…' }).click();
  const dialog = window.getByRole('dialog', { name: 'Export de-identified images' });
  await expect(dialog.getByText('6 files will be held back')).toBeVisible();
  await expect(dialog.getByText(/^0 files to write, of 6 files/)).toBeVisible();
  const { violations } = await new AxeBuilder({ page: window }).include('[role=dialog]').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await dialog.getByRole('checkbox', { name: /^Include them/ }).check();
  await dialog.getByRole('radio', { name: 'Shift' }).check();
  await dialog.getByRole('button', { name: 'Choose a folder and export' }).click();
  await data.chooseFolder(join(app.workspace, 'given away'), 'Export location');

  const done = window.getByRole('dialog', { name: 'De-identified export finished' });
  await expect(done.getByText('6 files written')).toBeVisible({ timeout: 240_000 });
  await done.getByRole('button', { name: 'Show report' }).click();
  const report = window.frameLocator('iframe[title="Export report"]');
  await expect(report.getByRole('heading', { name: 'Before you share these files' })).toBeVisible();
  await done.getByRole('button', { name: 'Back to the result' }).click();
  await done.getByRole('button', { name: 'Done' }).click();

  const out = join(app.workspace, 'given away', 'de-identified');
  const files = (await readdir(out, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name).sort()).toEqual([
    '000001.png',
    '000002.png',
    '000003.png',
    '000004.png',
    '000005.png',
    '000006.png',
    'labels.csv',
    'report.html',
    'report.json',
  ]);
  for (const { name, parentPath } of files) {
    expect((await readFile(join(parentPath, name))).toString('latin1')).not.toContain('Muster');
  }
});
