import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import sharp from 'sharp';
import { expect, test } from './fixtures/app';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

const SIDE = 64;
const EDGE = 5;

/** Waves that differ from image to image, in a frame of this grey level. */
async function picture(seed: number, frame: number, width: number): Promise<Buffer> {
  const data = Buffer.from(
    Array.from({ length: width * SIDE }, (_, pixel) => {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      if (Math.min(x, y, width - 1 - x, SIDE - 1 - y) < EDGE) return frame + ((seed * 7) % 9);
      const wave = (n: number) =>
        Math.sin((x * ((seed * 7 + n * 5) % 11) + y * ((seed * 3 + n * 7) % 13)) / 25 + seed * n);
      return 128 + 28 * (wave(1) + wave(2) + wave(3));
    }),
  );
  return sharp(data, { raw: { width, height: SIDE, channels: 1 } })
    .png()
    .toBuffer();
}

test('finds a planted frame and image size as confounders, and opens the images of a count', async ({
  app,
  window,
}) => {
  const folder = join(app.workspace, 'images');
  for (const label of ['benign', 'malignant']) await mkdir(join(folder, label), { recursive: true });
  for (let seed = 1; seed <= 80; seed++) {
    const malignant = seed % 2 === 0;
    // Malignant images have a lighter frame, and two in three of them are wider.
    const bytes = await picture(seed, malignant ? 70 : 40, malignant && seed % 3 > 0 ? 80 : SIDE);
    await writeFile(join(folder, malignant ? 'malignant' : 'benign', `${seed}.png`), bytes);
  }
  await new ProjectsPage(window).create('Frames', app.workspace);
  const data = new DataPage(window);
  await data.importFolder(folder);
  await data.main.getByText('Confounders', { exact: true }).click();

  const view = window.getByRole('region', { name: 'Confounders' }).first();
  await view.getByRole('button', { name: 'Scan for confounders' }).click();
  const table = view.getByRole('table', { name: 'Confounders' });
  await expect(table).toBeVisible({ timeout: 240_000 });
  await expect(view.getByText(/^The image border alone predicts malignant vs. benign, AUC/).first()).toBeVisible();
  await expect(table.getByRole('row', { name: /^Image border/ })).toContainText('Predicts the class');
  await expect(view.getByText(/manufacturer, scanner model, station/)).toBeVisible();

  await table.getByRole('radio', { name: 'Image size' }).check();
  const counts = view.getByRole('table', { name: 'Image size by class' });
  await expect(counts.getByRole('row', { name: /^80 × 64/ })).toContainText('0');
  const { violations } = await new AxeBuilder({ page: window }).include('main').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await counts.getByRole('button', { name: '27 malignant, 80 × 64' }).click();
  await expect(data.images).toHaveCount(27);

  // Changing a label makes the scan outdated.
  await data.images.first().click();
  await window.keyboard.press('1');
  await data.main.getByText('Confounders', { exact: true }).click();
  await expect(view.getByText(/have changed since this scan/)).toBeVisible();
});
