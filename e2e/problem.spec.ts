import { expect, test } from './fixtures/app';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';
import { TrainPage } from './pages/train';

test('reports a diverging run and offers the form with a lower learning rate', async ({ window }) => {
  test.slow();
  await new ProjectsPage(window).trySample();
  const data = new DataPage(window);
  await expect(data.main.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible({ timeout: 240_000 });

  const train = new TrainPage(window);
  const settings = { 'Batch size': '4', 'Gradient accumulation': '1', 'Learning rate': '10' };
  await train.start('vit-micro', settings);
  const problem = train.main.getByRole('region', { name: 'Problem' });
  await expect(problem).toContainText('The training diverged', { timeout: 240_000 });
  await expect(train.main.getByText('Failed', { exact: true }).last()).toBeVisible();
  // A retry would end at the same step.
  await expect(problem.getByRole('button', { name: 'Resume' })).toHaveCount(0);
  await expect(problem.getByRole('button', { name: 'Check the data' })).toBeVisible();

  await problem.getByRole('button', { name: 'Learning rate 1e-4' }).click();
  const form = train.main.getByRole('form', { name: 'New run' });
  await expect(form.getByRole('textbox', { name: 'Learning rate' }).first()).toHaveValue(/^(1e-4|0\.0001)$/);
  await expect(form.getByRole('textbox', { name: 'Batch size' })).toHaveValue('4');
});
