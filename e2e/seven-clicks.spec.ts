import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Locator } from '@playwright/test';
import { runnerImport } from 'vite';
import { expect, test } from './fixtures/app';
import { picture } from './fixtures/picture';
import { DataPage } from './pages/data';
import { EvaluatePage } from './pages/evaluate';
import { PredictPage } from './pages/predict';
import { TrainPage } from './pages/train';

const root = resolve(import.meta.dirname, '..');
const MOST_CLICKS = 7;

/** Writes a small checkpoint as save_pretrained does, with the code that writes Fovea's own. */
async function writeWeights(folder: string): Promise<string> {
  const { module } = await runnerImport<{ writeCheckpointFolder: (folder: string) => string }>(
    join(root, 'src/main/engine-host/models/test-checkpoint.ts'),
    { root, configFile: false, logLevel: 'error' },
  );
  return module.writeCheckpointFolder(folder);
}

/** Writes pictures in folders named after their classes. */
async function writeClassFolders(folder: string): Promise<string> {
  for (const [index, label] of ['benign', 'malignant'].entries()) {
    await mkdir(join(folder, label), { recursive: true });
    for (let number = 0; number < 15; number++) {
      await writeFile(join(folder, label, `${number}.png`), await picture(2 * number + index + 1, null));
    }
  }
  return folder;
}

test('from a fresh start to a model that predicts, in at most seven clicks and without typing', async ({
  app,
  window,
}) => {
  const weights = await writeWeights(join(app.workspace, 'small-vit'));
  const images = await writeClassFolders(join(app.workspace, 'Breast ultrasound'));
  let clicks = 0;
  const click = async (target: Locator) => {
    clicks += 1;
    await target.click();
  };
  const screens = window.getByRole('navigation', { name: 'Screens' });
  const data = new DataPage(window);
  const train = new TrainPage(window);

  await click(window.getByRole('navigation', { name: 'Application' }).getByRole('button', { name: 'Weights' }));
  const zone = data.main.getByRole('region', { name: 'Drop weights to import' });
  // The page grows until it knows what suits this computer.
  await expect(data.main.getByRole('button', { name: /^Download / }).first()).toBeVisible();
  await data.dropPath(zone, weights);
  await expect(window.getByText('small-vit is ready and the default of new runs')).toBeVisible();

  await click(screens.getByRole('button', { name: 'Projects' }));
  await expect(data.main.getByRole('heading', { level: 1, name: 'Projects' })).toBeVisible();
  await data.dropPath(data.main, images);
  await click(data.importDialog('Import preview').getByRole('button', { name: /^Import / }));
  const finished = data.importDialog('Import finished');
  await expect(finished.getByText('30 images added')).toBeVisible({ timeout: 240_000 });
  await click(finished.getByRole('button', { name: 'Go on to Train' }));
  await expect(window.getByRole('button', { name: 'Project: Breast ultrasound' })).toBeVisible();

  const fast = train.card('Fast');
  await expect(fast.getByText('small-vit')).toBeVisible();
  await expect(train.main.getByText(/18 images to train on, 6 images for validation and 6 images/)).toBeVisible();
  await click(fast.getByRole('button', { name: 'Start: Fast' }));
  await train.finished();

  await click(window.getByRole('button', { name: 'Next step: Evaluate' }));
  const evaluate = new EvaluatePage(window);
  await expect(evaluate.metric('Accuracy')).toContainText('n = 6');
  await expect(
    train.main.getByText('Trained on version 1 of the data: the present one.').filter({ visible: true }),
  ).toBeVisible();

  await click(screens.getByRole('button', { name: 'Predict' }));
  const predict = new PredictPage(window);
  const drop = predict.main.getByRole('region', { name: 'Drop images to predict' });
  await expect(drop).toBeVisible();
  await predict.dropPath(drop, join(images, 'benign', '3.png'));
  await expect(predict.predictions.filter({ hasText: '3.png' })).toBeVisible({ timeout: 240_000 });
  await expect(predict.overlay).toBeVisible();

  expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
  const checklist = window.getByRole('region', { name: 'Checklist' });
  await expect(checklist.getByRole('button', { name: 'Prediction: Files predicted, done' })).toBeVisible();
});
