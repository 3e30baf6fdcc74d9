import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixtures/app';
import { picture } from './fixtures/picture';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

test('finds duplicates at import, shows them side by side, relabels, keeps and undoes by key', async ({
  app,
  window,
}) => {
  const folder = join(app.workspace, 'images');
  for (const label of ['benign', 'malignant']) await mkdir(join(folder, label), { recursive: true });
  for (let seed = 1; seed <= 12; seed++) {
    await writeFile(join(folder, seed % 2 === 0 ? 'benign' : 'malignant', `${seed}.png`), await picture(seed, null));
  }
  await writeFile(join(folder, 'benign/copy of 2.jpg'), await picture(2, 70));
  await writeFile(join(folder, 'benign/copy of 3.jpg'), await picture(3, 70));

  await new ProjectsPage(window).create('Copies', app.workspace);
  const data = new DataPage(window);
  await data.importFolder(folder);
  await window.getByRole('button', { name: /^Similar images\s*2/ }).click();

  const view = window.getByRole('region', { name: 'Duplicates' });
  const groups = view.getByRole('listbox', { name: 'Groups of duplicates' }).getByRole('option');
  await expect(groups).toHaveCount(2);
  await expect(groups.first()).toContainText('Labels differ');
  const comparison = view.getByRole('region', { name: 'Comparison' });
  await expect(comparison.getByRole('button', { name: 'benign/copy of 3.jpg, benign' })).toBeVisible();
  await expect(comparison.getByRole('img', { name: /^Difference between/ })).toBeVisible();

  // The copy of a malignant image gets its label, and the conflict is gone.
  await comparison.getByRole('button', { name: 'benign/copy of 3.jpg, benign' }).click();
  await window.keyboard.press('2');
  await expect(comparison.getByRole('button', { name: 'benign/copy of 3.jpg, malignant' })).toBeVisible();
  await expect(view.getByText('Labels differ', { exact: true })).toHaveCount(0);
  const { violations } = await new AxeBuilder({ page: window }).include('main').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await window.keyboard.press('ArrowDown');
  await window.keyboard.press('k');
  await expect(groups).toHaveCount(1);
  await window.keyboard.press('Control+z');
  await expect(groups).toHaveCount(2);
  await window.keyboard.press('k');
  await window.keyboard.press('d');
  await expect(view.getByText('All duplicates are reviewed')).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(data.images.first()).toBeVisible();
});
