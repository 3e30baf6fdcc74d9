import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import sharp from 'sharp';
import { type App, expect, test } from './fixtures/app';
import { picture } from './fixtures/picture';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

const SIDE = 96;

interface Answer {
  readonly findings: readonly { readonly path: string; readonly reason: string; readonly state: string }[];
  readonly changed: number;
}

/** `fovea review … --json` on a project that the window has open. */
async function review(app: App, project: string, ...options: string[]): Promise<Answer> {
  const command = [resolve(import.meta.dirname, '../out/main/cli.js'), 'review', project, ...options, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    env: { ...process.env, FOVEA_HOME: app.home },
  });
  return JSON.parse(stdout) as Answer;
}

test('reviews a duplicate with another label and a blank image by key, with undo and fovea review', async ({
  app,
  window,
}) => {
  const folder = join(app.workspace, 'images');
  for (const label of ['benign', 'malignant']) await mkdir(join(folder, label), { recursive: true });
  for (let seed = 1; seed <= 12; seed++) {
    await writeFile(join(folder, seed % 2 === 0 ? 'benign' : 'malignant', `${seed}.png`), await picture(seed, null));
  }
  await writeFile(join(folder, 'benign/copy of 3.jpg'), await picture(3, 70));
  const blank = sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: '#5a5a5a' } });
  await writeFile(join(folder, 'benign/blank.png'), await blank.greyscale().png().toBuffer());

  await new ProjectsPage(window).create('Looks', app.workspace);
  const project = join(app.workspace, 'Looks');
  const data = new DataPage(window);
  await data.importFolder(folder);
  await window.getByRole('radiogroup', { name: 'View' }).getByText('Review 3').click();

  const view = window.getByRole('region', { name: 'Review' });
  const queue = view.getByRole('listbox', { name: 'Review queue' }).getByRole('option');
  const finding = view.getByRole('region', { name: 'Finding' });
  await expect(queue).toHaveCount(3);
  // Findings appear in the order in which the images were decoded.
  const copyFirst = (await queue.first().innerText()).includes('copy of 3.jpg');
  const files = [
    { file: 'copy of 3.jpg', path: 'benign/copy of 3.jpg', duplicateLabel: 'malignant', key: '2' },
    { file: '3.png', path: 'malignant/3.png', duplicateLabel: 'benign', key: '1' },
  ] as const;
  const [first, second] = copyFirst ? files : ([files[1], files[0]] as const);
  await expect(finding).toContainText('Duplicate with another label');
  await expect(finding).toContainText(`is labelled “${first.duplicateLabel}”`);
  await expect(view.getByRole('region', { name: 'Duplicate' })).toContainText(second.file);
  const { violations } = await new AxeBuilder({ page: window }).include('main').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);

  // Accept: the next one appears at once. Undo: it is reviewed again.
  const selected = view.getByRole('option', { selected: true });
  await window.keyboard.press('a');
  await expect(selected).toContainText(second.file);
  await expect(queue).toHaveCount(2);
  await expect(view.getByRole('status')).toHaveText('1 of 3 reviewed');
  expect((await review(app, project)).findings.map(({ path }) => path)).toEqual([second.path, 'benign/blank.png']);
  await window.keyboard.press('Control+z');
  await expect(queue).toHaveCount(3);
  await expect(selected).toContainText(first.file);

  // Defer to the end of the queue.
  await window.keyboard.press('d');
  await expect(queue.last()).toContainText(first.file);
  await expect(selected).toContainText(second.file);
  await expect(view.getByRole('status')).toHaveText('1 of 3 reviewed, 1 deferred');

  // The blank one is removed; the deferred one takes its place.
  await window.keyboard.press('ArrowDown');
  await expect(selected).toContainText('blank.png');
  await expect(finding).toContainText('Unusual image');
  await expect(finding).toContainText('is blank');
  await window.keyboard.press('x');
  await expect(selected).toContainText(first.file);

  // It gets its duplicate's label, and nothing is left; the decision is undone and made again from the command line.
  await window.keyboard.press(first.key);
  await expect(view.getByText('Review complete')).toBeVisible();
  expect((await review(app, project)).findings).toEqual([]);
  await window.keyboard.press('Control+z');
  await expect(queue).toHaveCount(2);
  expect((await review(app, project)).findings).toMatchObject([
    { path: second.path, reason: 'label-conflict', state: 'open' },
    { path: first.path, reason: 'label-conflict', state: 'deferred' },
  ]);
  expect(await review(app, project, '--exclude', first.file)).toMatchObject({ findings: [], changed: 1 });
  expect(await review(app, project, '--undo')).toMatchObject({ findings: [{}, {}] });

  await window.keyboard.press('x');
  await expect(view.getByText('Review complete')).toBeVisible();
  // A tooltip under the mouse would receive the key.
  await window.mouse.move(0, 0);
  await window.keyboard.press('Escape');
  await expect(data.images).toHaveCount(12);
});
