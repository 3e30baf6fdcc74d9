import { join } from 'node:path';
import { expect, test } from './fixtures/app';
import { writeCheckpoint } from './fixtures/checkpoint';
import { WeightsPage } from './pages/weights';

test('weights are dropped in, become the default, stay, and can be removed', async ({ app, window, requests }) => {
  const weights = new WeightsPage(window);
  // The first screen leads there while there are none.
  await window.getByRole('main').getByRole('button', { name: 'Get weights' }).click();
  await expect(weights.recommended).toHaveCount(3, { timeout: 120_000 });

  const files = await writeCheckpoint(join(app.workspace, 'a model'));
  await weights.dropOn(weights.zone, [files[0] as string]);
  await expect(weights.main.getByRole('alert')).toContainText('The folder has no model.safetensors.');
  await weights.dropOn(weights.zone, files);
  const row = weights.row('vit-1x12');
  await expect(row).toContainText('Default', { timeout: 60_000 });
  await expect(row).toContainText('MIT');
  await row.getByRole('button', { name: /^Licence and model card/ }).click();
  await expect(window.getByRole('dialog', { name: 'vit-1x12' })).toContainText('Copyright (c) A lab');
  await window.keyboard.press('Escape');

  // As at the next start.
  await window.goto(app.address);
  await weights.open('Weights');
  await expect(row).toContainText('Default');
  await row.getByRole('button', { name: /^Remove/ }).click();
  await window
    .getByRole('dialog', { name: 'Remove vit-1x12?' })
    .getByRole('button', { name: 'Remove weights' })
    .click();
  await expect(row).toBeHidden();
  // Nothing of this needed a network.
  expect(requests.filter((url) => !url.startsWith('http://127.0.0.1'))).toEqual([]);
});
