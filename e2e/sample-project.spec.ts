import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/app';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';
import { TrainPage } from './pages/train';

test('the sample project opens with images, labels and a split', async ({ window }) => {
  await new ProjectsPage(window).trySample();
  const data = new DataPage(window);
  await expect(data.main.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible({ timeout: 240_000 });
  await expect(window.getByText('240 images · 60 patients')).toBeVisible();
  await expect(window.getByRole('button', { name: 'Train 144' })).toBeVisible();

  await data.images.first().click();
  const inspector = window.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector.getByText('benign').first()).toBeVisible();

  // A deleting confirmation ignores the first key press.
  await window.getByRole('listbox', { name: 'Images' }).press('Delete');
  const question = window.getByRole('dialog', { name: /^Remove 1 image/ });
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await window.keyboard.press('Escape');
  await expect(question).toBeHidden();

  await expectRedFieldsToBlock(window);

  for (const screen of ['Data', 'Train', 'Evaluate', 'Predict', 'Weights', 'Projects'] as const) {
    await data.open(screen);
    await window.waitForLoadState('networkidle').catch(() => {});
    const { violations } = await new AxeBuilder({ page: window }).withTags(['wcag2a', 'wcag2aa']).analyze();
    expect(violations.map(({ id, nodes }) => `${screen}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
});

/** Invalid fields are named next to the button, which does nothing; no estimate of the previous values remains. */
async function expectRedFieldsToBlock(window: Page): Promise<void> {
  const train = new TrainPage(window);
  await train.openForm('Full', {});
  const cost = train.main.getByRole('complementary', { name: 'Cost of this run' });
  const start = cost.getByRole('button', { name: 'Start training' });
  await expect(start).toBeEnabled();
  await expect(cost.getByText('Optimizer steps')).toBeVisible();

  const wrong: readonly (readonly [string, string, string, string])[] = [
    ['Image size', '100', 'Image size: Multiple of 12, up to 1024', ''],
    ['Learning rate', 'abc', 'Learning rate: Type a number, e.g. 2e-5', '1e-3'],
    ['Learning rate', '1000', 'Learning rate: Above 0, up to 10; 1e-6 to 0.1 is common', '1e-3'],
    ['Epochs', '', 'Epochs: Type a whole number', '3'],
    ['Batch size', '5000', 'Batch size: A whole number from 1 to 1,024', '10'],
  ];
  for (const [field, bad, line, good] of wrong) {
    const box = train.main.getByRole('textbox', { name: field, exact: true });
    await box.fill(bad);
    await expect(cost.getByRole('alert').getByText(line)).toBeVisible();
    await expect(start).toBeDisabled();
    await expect(cost.getByText('Optimizer steps')).toBeHidden();
    await box.fill(good);
    await expect(start).toBeEnabled();
  }

  // Forms that start from the same settings are blocked too, and have their own fields.
  const rate = train.main.getByRole('textbox', { name: 'Learning rate', exact: true });
  await rate.fill('abc');
  await window.getByRole('button', { name: 'Find a learning rate' }).click();
  await expect(window.getByRole('dialog').getByRole('button', { name: 'Start test' })).toBeDisabled();
  await window.keyboard.press('Escape');
  await rate.fill('');
  const folds = await train.newExperiment('Cross-validation');
  await expect(folds.getByRole('button', { name: 'Start 5 runs' })).toBeEnabled();
  await folds.getByRole('textbox', { name: 'Folds', exact: true }).fill('1');
  await expect(folds.getByRole('alert')).toContainText('Folds: A whole number from');
  await expect(folds.getByRole('button', { name: /^Start/ })).toBeDisabled();
  await window.keyboard.press('Escape');
  await expect(folds).toBeHidden();
}
