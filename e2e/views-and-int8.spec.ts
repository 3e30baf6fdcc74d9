import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures/app';
import { ProjectsPage } from './pages/projects';
import { TrainPage } from './pages/train';

test('shows test-time views beside the numbers, and measures int8 before offering it', async ({ app, window }) => {
  await new ProjectsPage(window).trySample();
  const train = new TrainPage(window);
  await expect(train.main.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible({ timeout: 240_000 });
  await train.start('vit-micro', { Epochs: '1', 'Batch size': '16', 'Test-time views': '2' });
  await train.finished();

  const out = join(app.workspace, 'exports');
  await mkdir(out);
  await train.main.getByRole('tab', { name: 'Export' }).click();
  await train.main.getByRole('button', { name: 'Export int8 ONNX' }).click();
  await train.chooseFolder(out, 'Folder to export into');
  const table = train.main.getByRole('table', { name: 'int8 against fp32' });
  await expect(table).toBeVisible({ timeout: 240_000 });
  await expect(table.getByRole('row', { name: /^Size/ })).toContainText(/2\.9 MB.*941 kB/);
  await expect(table.getByRole('row', { name: /^Accuracy/ })).toContainText(/0\.\d{3}/);
  await expect(train.main.getByText(/Both files ran on the 48 validation images/)).toBeVisible();

  await train.open('Evaluate');
  await expect(train.main.getByText(/mean of 1 \+ 2 views per image/)).toBeVisible({ timeout: 240_000 });
});
