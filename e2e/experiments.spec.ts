import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/app';
import { ProjectsPage } from './pages/projects';
import { TrainPage } from './pages/train';

async function expectAccessible(window: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page: window }).withTags(['wcag2a', 'wcag2aa']).analyze();
  expect(violations.map(({ id, nodes }) => `${what}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test('runs a sweep and a cross-validation, reorders the queue and compares runs', async ({ window }) => {
  await new ProjectsPage(window).trySample();
  const train = new TrainPage(window);
  await expect(train.main.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible({ timeout: 240_000 });
  await train.openForm('Quick look', { Epochs: '3' });

  // A sweep: invalid values are reported, then one run per value starts.
  const sweep = await train.newExperiment('Sweep');
  const values = sweep.getByRole('textbox', { name: 'Values' });
  await expect(values).toHaveValue('1e-5, 2e-5, 5e-5, 1e-4');
  await values.fill('0.001, -1');
  await expect(sweep.getByRole('alert')).toContainText('Values: Learning rate cannot be -1.');
  await expect(sweep.getByRole('button', { name: /^Start/ })).toBeDisabled();
  await values.fill('1e-3, 1e-2');
  await sweep.getByRole('textbox', { name: 'Name' }).fill('Rates');
  await sweep.getByRole('button', { name: 'Start 2 runs' }).click();
  await expect(train.heading('Rates')).toBeVisible();
  await expect(train.main.getByText('2 of 2 runs finished')).toBeVisible({ timeout: 240_000 });
  const results = train.main.getByRole('table', { name: 'Results' });
  await expect(results.getByRole('row', { name: /^0\.001/ })).toContainText(/0\.\d{3}\s*\[0\.\d{3}, /);
  await expect(results.getByText('Best', { exact: true })).toHaveCount(1);
  await expect(results.getByText(/^(No significant difference from|Worse than) the best$/)).toHaveCount(1);
  await expect(train.main.getByRole('img', { name: /^Accuracy by learning rate: 0\.001 0\./ })).toBeVisible();
  await expectAccessible(window, 'sweep');

  // A cross-validation: every image is predicted once, and a cell opens its images.
  const folds = await train.newExperiment('Cross-validation');
  await folds.getByRole('textbox', { name: 'Folds', exact: true }).fill('3');
  await expect(folds.getByRole('table', { name: 'Images in each fold' }).getByRole('row')).toHaveCount(4);
  await folds.getByRole('button', { name: 'Start 3 runs' }).click();
  await expect(train.main.getByRole('region', { name: 'Out-of-fold, 3 models' })).toBeVisible({ timeout: 240_000 });
  await expect(train.main.getByText('192 images of 48 patients, each predicted')).toBeVisible();
  await expectAccessible(window, 'cross-validation');
  const cell = train.main.getByRole('button', { name: /^True .+, predicted .+: [1-9]\d* images?$/ }).first();
  const cellName = await cell.getAttribute('aria-label');
  const count = /: (\d+) image/.exec(cellName ?? '')?.[1];
  await cell.click();
  await expect(train.main.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible();
  const images = train.main.getByRole('listbox', { name: 'Images' }).getByRole('option');
  await expect(images.first()).toHaveAttribute('aria-setsize', count ?? '');

  // Evaluate shows the folds combined, with the images behind its numbers.
  await train.open('Evaluate');
  await train.main.getByText('All folds', { exact: true }).click();
  await expect(train.main.getByRole('region', { name: 'Out of fold, 3 models' })).toContainText('192 images');
  await train.main.getByRole('button', { name: cellName ?? '' }).click();
  await expect(window.getByRole('dialog').getByText(`${count} images, errors first`)).toBeVisible();
  await window.keyboard.press('Escape');

  // A queue: waiting runs are reordered, one is cancelled, and the next starts when one is paused.
  await train.openForm('Full', { Epochs: '500' });
  await train.startNamed('Long');
  await train.openForm('Quick look', { Epochs: '2' });
  for (const name of ['First', 'Second', 'Third']) {
    if (name !== 'First') await train.openForm('Quick look', {});
    await train.startNamed(name);
  }
  await expect(train.queue).toContainText(['Long', 'First', 'Second', 'Third']);
  await train.main.getByRole('button', { name: 'Move to the front: Third' }).click();
  await expect(train.queue).toContainText(['Long', 'Third', 'First', 'Second']);
  await train.main.getByRole('button', { name: 'Move down: First' }).press('Enter');
  await expect(train.queue).toContainText(['Long', 'Third', 'Second', 'First']);
  await train.main.getByRole('button', { name: 'Cancel: Second' }).click();
  await expect(train.queue).toHaveCount(3);
  await expectAccessible(window, 'queue');
  await train.queue.filter({ hasText: 'Long' }).getByRole('button').first().click();
  await train.main.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(train.queue).toHaveCount(0, { timeout: 240_000 });
  await expect(train.state('Paused')).toBeVisible();

  // A comparison of two of them, and a third run with the settings of one.
  await train.main.getByRole('button', { name: 'Compare', exact: true }).click();
  for (const name of ['Third', 'Rates: 0.01']) await train.main.getByRole('checkbox', { name, exact: true }).check();
  await train.main.getByRole('button', { name: 'Compare 2 runs' }).click();
  await expect(train.heading('Comparison of 2 runs')).toBeVisible();
  const settings = train.main.getByRole('table', { name: 'Settings', exact: true });
  await expect(settings.getByRole('row')).toContainText(['Setting', 'Epochs', 'Learning rate']);
  await expect(settings.getByRole('row')).toHaveCount(3);
  await train.main.getByRole('switch', { name: 'Settings: show all' }).check();
  await expect(settings.getByRole('row', { name: /^Seed/ })).toBeVisible();
  await expect(train.main.getByText('Images, labels, split, weights and preprocessing are the same.')).toBeVisible();
  await expectAccessible(window, 'comparison');
  await train.main.getByRole('table', { name: 'Results' }).getByRole('button', { name: 'Rates: 0.01' }).click();
  await train.main.getByRole('button', { name: 'More actions for this run' }).click();
  await window.getByRole('menuitem', { name: 'Use these settings' }).click();
  await expect(train.main.getByRole('textbox', { name: 'Learning rate', exact: true })).toHaveValue('0.01');
  await expect(train.main.getByRole('textbox', { name: 'Epochs', exact: true })).toHaveValue('3');
});
