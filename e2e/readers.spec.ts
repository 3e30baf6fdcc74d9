import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { expect, test } from './fixtures/app';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

const SIDE = 96;

/** Creates an image that is unique to its seed. */
function picture(seed: number): Promise<Buffer> {
  const data = Buffer.from(
    Array.from({ length: SIDE * SIDE }, (_, pixel) => {
      const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)];
      return 128 + 100 * Math.sin((x * ((seed * 7) % 11) + y * ((seed * 3) % 13)) / 25 + seed);
    }),
  );
  return sharp(data, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .png()
    .toBuffer();
}

/** Readings of Ann, Bob and Cem for images 1 to 10: benign or malignant. */
const readings = ['bbb', 'bbb', 'bmb', 'mmm', 'mmm', 'mb', 'bb', 'mm', 'bm', 'b'];
const names = { b: 'benign', m: 'malignant' } as const;

async function violations(window: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page: window }).include('main').analyze();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

test('imports readings of three readers, shows agreement, adjudicates by key and undoes', async ({ app, window }) => {
  const folder = join(app.workspace, 'images');
  await mkdir(folder);
  for (let image = 1; image <= 10; image++) await writeFile(join(folder, `img${image}.png`), await picture(image));
  const rows = readings.flatMap((letters, index) =>
    [...letters].map((letter, reader) =>
      [`img${index + 1}.png`, names[letter as 'b' | 'm'], ['Ann', 'Bob', 'Cem'][reader], `P${index}`, 'Süd'].join(';'),
    ),
  );
  // Windows-1252, semicolons, and headers that only this lab understands.
  const table = ['Bild;Befund;Arzt;Fall;Klinik', ...rows, ';benign;Ann;P1;Süd'].join('\r\n');
  await writeFile(join(app.workspace, 'readings.csv'), Buffer.from(table, 'latin1'));

  await new ProjectsPage(window).create('Readers', app.workspace);
  const data = new DataPage(window);
  await data.scanFolder(folder);
  const plan = data.importDialog('Import preview');
  await plan.getByRole('button', { name: 'Add a label table (CSV)' }).click();
  await data.chooseFile(app.workspace, 'readings.csv', /Choose a label table/);
  await expect(plan).toContainText('Windows-1252');
  await expect(plan).toContainText('no column “path”');
  await expect(plan.getByRole('button', { name: /^Import/ })).toBeDisabled();
  const choose = async (role: string, header: string) => {
    await plan.getByRole('combobox', { name: role, exact: true }).click();
    await window.getByRole('option', { name: header, exact: true }).click();
  };
  await choose('File path', 'Bild');
  await choose('Label', 'Befund');
  await expect(plan).toContainText('with different labels in rows without a reader');
  await choose('Reader', 'Arzt');
  await choose('Patient', 'Fall');
  await choose('Site', 'Klinik');
  await expect(plan).toContainText(/24 of 25 rows match; 10 of 10 files have a matching row/);
  await expect(plan).toContainText('1 row without a path');
  await expect(plan.getByRole('table', { name: 'First rows' })).toContainText('Süd');
  await plan.getByRole('button', { name: /^Import 10/ }).click();
  const result = data.importDialog('Import finished');
  await expect(result).toContainText('10 images added');
  await result.getByRole('button', { name: 'Done' }).click();

  // Three images wait: 3 (two to one), 6 and 9.
  await window.getByText('Readers 3', { exact: true }).click();
  const view = window.getByRole('region', { name: 'Readers', exact: true });
  const waiting = view.getByRole('listbox', { name: 'Images to adjudicate' }).getByRole('option');
  await expect(waiting).toHaveCount(3);
  await expect(waiting.first()).toContainText('img6.png');
  await expect(view.getByRole('table', { name: 'Readings' })).toContainText('Bob');
  expect(await violations(window)).toEqual([]);

  await window.keyboard.press('1');
  await expect(waiting).toHaveCount(2);
  await expect(view.getByRole('img', { name: /^img9.png,/ })).toBeVisible();
  await window.keyboard.press('2');
  await expect(waiting).toHaveCount(1);
  await window.keyboard.press('Control+z');
  await expect(waiting).toHaveCount(2);
  await view.getByRole('button', { name: 'Use the majority for 1 image' }).click();
  await expect(waiting).toHaveCount(1);
  await window.keyboard.press('2');
  await expect(view.getByText('All disagreements adjudicated')).toBeVisible();

  // Ann and Bob: 9 images, [[3, 2], [1, 3]].
  await view.getByText('Agreement', { exact: true }).click();
  await expect(view.getByRole('button', { name: 'Ann and Bob: kappa 0.341, 9 images' })).toBeVisible();
  expect(await violations(window)).toEqual([]);
  await view.getByRole('button', { name: 'Ann benign, Bob malignant: 2 images' }).click();
  await expect(data.images).toHaveCount(2);

  // A person reads as an additional reader.
  await window.getByRole('button', { name: 'Read as…' }).click();
  await window.getByRole('textbox', { name: 'Name or initials' }).fill('Dee');
  await window.getByRole('button', { name: 'Read', exact: true }).click();
  await data.images.first().click();
  await window.keyboard.press('1');
  await expect(window.getByText('Dee: 1 image read as benign')).toBeVisible();
  await expect(window.getByText('Readers 1', { exact: true })).toBeVisible();
});

test('previews and applies a label table for existing images, keeps a person’s labels, and undoes', async ({
  app,
  window,
}) => {
  const folder = join(app.workspace, 'images');
  for (const label of ['benign', 'malignant']) await mkdir(join(folder, label), { recursive: true });
  for (let image = 1; image <= 4; image++) {
    await writeFile(join(folder, image % 2 === 0 ? 'benign' : 'malignant', `img${image}.png`), await picture(image));
  }
  await writeFile(
    join(app.workspace, 'labels.tsv'),
    'image\tclass\tcentre\nimg1.png\tbenign\tBonn\nimg2.png\tbenign\tBonn\nimg4.png\tmalignant\tBonn\n',
  );
  await new ProjectsPage(window).create('Later', app.workspace);
  const data = new DataPage(window);
  await data.importFolder(folder);
  // A person labels benign/img4.png malignant and then benign again: the label is now theirs.
  await data.images.nth(1).click();
  await window.keyboard.press('2');
  await data.images.nth(1).click();
  await window.keyboard.press('1');

  await window.getByRole('button', { name: 'More ways to add' }).click();
  await window.getByRole('menuitem', { name: 'Apply a label table…' }).click();
  await data.chooseFile(app.workspace, 'labels.tsv', /Choose a label table/);
  const dialog = window.getByRole('dialog', { name: 'Apply label table' });
  const changes = dialog.getByRole('region', { name: 'Changes' });
  await expect(changes).toContainText('1 label from folders or an earlier table will change');
  await expect(changes).toContainText('3 images with a new or changed site');
  await expect(dialog).toContainText('conflicts with manual labels on 1 image');
  await dialog.getByRole('radio', { name: 'Use the table’s labels' }).check();
  await dialog.getByRole('button', { name: 'Apply table' }).click();
  await expect(dialog).toBeHidden();
  await expect(window.getByText('Table applied to 3 images')).toBeVisible();
  await expect(data.images.nth(1)).toContainText('malignant');
  await window.keyboard.press('Control+z');
  await expect(window.getByText('Undone: label table on 3 images')).toBeVisible();
  await expect(data.images.nth(1)).toContainText('benign');
});
