import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import sharp from 'sharp';
import { expect, test } from './fixtures/app';
import { picture } from './fixtures/picture';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

test('asks about a mirrored copy and a file with two labels, and resolves both by key', async ({ app, window }) => {
  const folder = join(app.workspace, 'images');
  for (const label of ['benign', 'malignant']) await mkdir(join(folder, label), { recursive: true });
  for (let seed = 1; seed <= 12; seed++) {
    await writeFile(join(folder, seed % 2 === 0 ? 'benign' : 'malignant', `${seed}.png`), await picture(seed, null));
  }
  const mirrored = sharp(await picture(2, null)).flop();
  await writeFile(join(folder, 'benign/mirrored 2.jpg'), await mirrored.jpeg({ quality: 80 }).toBuffer());
  await writeFile(join(folder, 'malignant/again 4.png'), await picture(4, null));

  await new ProjectsPage(window).create('Twins', app.workspace);
  const data = new DataPage(window);
  await data.importFolder(folder);

  // Duplicates: a question, showing how one image lies on the other.
  await window.getByRole('button', { name: /^Possible duplicates\s*1/ }).click();
  const view = window.getByRole('region', { name: 'Duplicates' });
  await expect(view.getByText('Possible duplicate in 2 files')).toBeVisible();
  await expect(view.getByText('mirrored', { exact: true })).toBeVisible();
  const { violations } = await new AxeBuilder({ page: window }).include('main').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await window.keyboard.press('Escape');

  // Review: first the file with two labels, with both names in its sentence; then the copy.
  await window
    .getByRole('radiogroup', { name: 'View' })
    .getByText(/^Review/)
    .click();
  const finding = window.getByRole('region', { name: 'Finding' });
  await expect(finding.getByRole('heading', { name: 'Duplicate with another label' })).toBeVisible();
  await expect(
    finding.getByText(/“benign\/4\.png”.*“malignant\/again 4\.png”|“malignant\/again 4\.png”.*“benign\/4\.png”/),
  ).toBeVisible();
  await window.keyboard.press('a');
  await expect(finding.getByRole('heading', { name: 'Possible duplicate' })).toBeVisible();
  await expect(finding.getByRole('button', { name: /^Same image: keep together/ })).toBeVisible();
  // Keys pressed before responses arrive: undo reverts the decision just before it, not the last one stored.
  await window.keyboard.press('k');
  await window.keyboard.press('Control+z');
  await expect(window.getByText('Undone: confirmation of duplicates of 1 image')).toBeVisible();
  await expect(finding.getByRole('heading', { name: 'Possible duplicate' })).toBeVisible();
  await window.keyboard.press('n');
  await expect(finding.getByRole('heading', { name: 'Possible duplicate' })).toHaveCount(0);
});
