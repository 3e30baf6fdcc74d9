import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Route } from '@playwright/test';
import { engineProcesses, expect, hasReferenceDicom, referenceDicom, test } from './fixtures/app';
import { DataPage } from './pages/data';
import { EvaluatePage } from './pages/evaluate';
import { PredictPage } from './pages/predict';
import { ProjectsPage } from './pages/projects';
import { TrainPage } from './pages/train';

test.describe('on real ultrasound DICOM files', () => {
  test.skip(!hasReferenceDicom, 'the reference DICOM files are not on this machine (../shared/data/busi-dicom)');

  test('goes through a whole project: import, split, train, evaluate, predict by drop, overlay', async ({
    app,
    window,
    requests,
  }) => {
    await new ProjectsPage(window).create('Breast (ü) [1]', app.workspace);

    const data = new DataPage(window);
    const result = await data.importFolder(referenceDicom);
    expect(result).toContain('75');
    expect(result).toContain('73');
    await expect(window.getByText('75 images · 73 patients')).toBeVisible();
    await expect(data.images.first()).toBeVisible();
    await data.split();
    for (const part of ['Train 45', 'Validation 15', 'Test 15']) {
      await expect(window.getByRole('button', { name: part })).toBeVisible();
    }

    const train = new TrainPage(window);
    await train.start('vit-micro', { Epochs: '2', 'Batch size': '15', 'Gradient accumulation': '1' });
    await train.finished();
    await expect(train.chart('Loss')).toBeVisible();

    const evaluate = new EvaluatePage(window);
    await evaluate.openTestSet();
    expect(await evaluate.value('Macro precision')).toBeGreaterThan(0);
    await expect(evaluate.metric('Accuracy')).toContainText('n = 15');
    await evaluate.cells.first().click();
    await expect(window.getByRole('dialog')).toContainText(/predicted/i);
    await window.getByRole('button', { name: 'Close the images' }).click();
    await evaluate.roc.click({ position: { x: 90, y: 120 } });
    await expect(evaluate.main.getByRole('table', { name: 'Numbers at the threshold' })).toBeVisible();
    await expect(
      evaluate.main
        .getByRole('region', { name: /^At and above/ })
        .locator('img')
        .first(),
    ).toBeVisible();

    const predict = new PredictPage(window);
    const folder = join(referenceDicom, 'malignant');
    const names = (await readdir(folder)).sort().slice(0, 2);
    // The first request for predictions leaves before there are any and returns after the last: it is repeated.
    const late = async (route: Route) => {
      const response = await route.fetch();
      await sleep(10_000);
      await route.fulfill({ response }).catch(() => {});
    };
    await window.route('**/predictions.list', late, { times: 1 });
    await predict.drop(names.map((name) => join(folder, name)));
    await expect(predict.predictions.filter({ hasText: names[1] as string })).toBeVisible({ timeout: 240_000 });
    await expect(predict.overlay).toBeVisible();
    // The overlay adds colour: a grey ultrasound image has none.
    const coloured = await predict.overlay.evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      let count = 0;
      for (let i = 0; i < pixels.length; i += 4) {
        if (Math.abs((pixels[i] as number) - (pixels[i + 2] as number)) > 12) count++;
      }
      return count / (width * height);
    });
    expect(coloured).toBeGreaterThan(0.05);
    await expect(window.getByText('Research use only').first()).toBeVisible();

    const origin = new URL(app.address).origin;
    const strangers = requests.filter((url) => !/^(data|blob):/.test(url) && new URL(url).origin !== origin);
    expect(strangers).toEqual([]);
    expect(requests.length).toBeGreaterThan(20);
  });

  test('reports a killed engine, and the run resumes', async ({ app, window }) => {
    await new ProjectsPage(window).create('Interrupted', app.workspace);
    const data = new DataPage(window);
    await data.importFolder(referenceDicom);
    await data.split();
    const train = new TrainPage(window);
    await train.start('vit-micro', { Epochs: '12', 'Batch size': '15', 'Gradient accumulation': '1' });
    // After one epoch there is a checkpoint to resume from.
    await expect(train.chart('Validation metrics').getByText('epoch', { exact: false }).first()).toBeVisible({
      timeout: 240_000,
    });
    const engines = await engineProcesses(app);
    expect(engines.length).toBeGreaterThan(0);
    for (const id of engines) process.kill(id, 'SIGKILL');
    await expect(train.state('Interrupted')).toBeVisible();
    await expect(train.main.getByText(/The engine process was killed/).last()).toBeVisible();
    await window.getByRole('main').getByRole('button', { name: 'Resume' }).first().click();
    await train.finished();
    await expect(window.getByRole('group', { name: 'Epoch' })).toContainText('of 12');
  });
});
