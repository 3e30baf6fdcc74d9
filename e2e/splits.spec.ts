import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixtures/app';
import { writeTwoSites } from './fixtures/two-sites';
import { DataPage } from './pages/data';
import { EvaluatePage } from './pages/evaluate';
import { ProjectsPage } from './pages/projects';
import { TrainPage } from './pages/train';

test('blocks training on a leaking split until sign-off, marks the results, and holds out a site', async ({
  app,
  window,
}) => {
  test.slow();
  const folder = join(app.workspace, 'images');
  await writeTwoSites(folder);
  await new ProjectsPage(window).create('Sites', app.workspace);
  const data = new DataPage(window);
  await data.importFolder(folder);

  // Nothing is kept together: patients occur in more than one split.
  const dialog = await data.openSplit();
  await dialog.getByRole('radiogroup', { name: 'Keep together' }).getByText('Nothing').click();
  await dialog.getByRole('button', { name: 'Create split' }).click();
  await expect(dialog.getByText('This split blocks training')).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  const train = new TrainPage(window);
  await train.openForm('Full', { Epochs: '1' });
  await expect(train.main.getByRole('button', { name: 'Start training' })).toBeDisabled();
  await train.main.getByRole('button', { name: 'Sign off…' }).click();
  const sign = window.getByRole('dialog', { name: 'Sign off a leaking split' });
  await expect(sign.getByRole('button', { name: 'Sign off' })).toBeDisabled();
  await sign.getByRole('textbox', { name: 'Your name' }).fill('A. Reader');
  await sign.getByRole('textbox', { name: 'Reason' }).fill('To see how much it flatters');
  await sign.getByRole('button', { name: 'Sign off' }).click();
  await expect(sign).toBeHidden();
  await expect(train.main.getByText(/^Signed off by A\. Reader/)).toBeVisible();
  await train.start('vit-micro', { Epochs: '1', 'Batch size': '8' });
  await train.finished();
  const leak = /Leaking split: .* Signed off by A\. Reader on .*: “To see how much it flatters”/;
  await expect(train.main.getByText(leak).filter({ visible: true })).toBeVisible();

  // Every result states this above its numbers; the opening of the test set is counted and named.
  const evaluate = new EvaluatePage(window);
  await evaluate.open('Evaluate');
  await expect(evaluate.main.getByText(leak).filter({ visible: true })).toBeVisible();
  await evaluate.openTestSet();
  await expect(evaluate.main.getByText(leak).filter({ visible: true })).toBeVisible();
  const openings = evaluate.main.getByRole('table', { name: 'Openings of the test set' });
  await expect(openings.getByRole('row')).toHaveCount(2);
  await expect(openings).toContainText('A. Reader');

  // All of one site as the test split, whole patients; nothing leaks and no sign-off remains.
  await data.open('Data');
  const again = await data.openSplit();
  await again.getByRole('radiogroup', { name: 'Keep together' }).getByText('Images of each patient').click();
  await again.getByRole('radiogroup', { name: 'Test on' }).getByText('Sites').click();
  await expect(again.getByRole('button', { name: 'Split again' })).toBeDisabled();
  await again.getByRole('checkbox', { name: 'Site 1' }).check();
  await again.getByRole('button', { name: 'Split again' }).click();
  const table = again.getByRole('table', { name: 'Split', exact: true });
  await expect(table.getByRole('row', { name: /^Images/ })).toContainText('16');
  await expect(again.getByText(/blocks training/)).toHaveCount(0);
  await again.getByRole('button', { name: /^Balance of sex/ }).click();
  await expect(again.getByRole('table', { name: 'Balance' })).toContainText('Site 1');
  const { violations } = await new AxeBuilder({ page: window }).include('[role=dialog]').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});
