import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures/app';
import { picture } from './fixtures/picture';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

test('asks about names that may mean one class, in the import plan and in the table dialog', async ({
  app,
  window,
}) => {
  const folder = join(app.workspace, 'images');
  for (const [index, name] of ['Benign', 'benign', 'benign', 'malignant'].entries()) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, `${index}.png`), await picture(index + 1, null));
  }
  await new ProjectsPage(window).create('Names', app.workspace);
  const data = new DataPage(window);
  await data.scanFolder(folder);
  const plan = data.importDialog('Import preview');
  const question = plan.getByRole('group', { name: 'Similar class names' });
  await expect(question).toContainText('“benign” (2), “Benign” (1)');
  await expect(plan.getByRole('button', { name: /^Import/ })).toBeDisabled();
  await question.getByRole('radio', { name: 'Yes, use “benign”' }).check();
  await plan.getByRole('button', { name: /^Import 4/ }).click();
  const result = data.importDialog('Import finished');
  await expect(result).toContainText('4 images added');
  await expect(result).toContainText('Merged into one class, “benign”');
  await result.getByRole('button', { name: 'Done' }).click();

  // One column per class, in the spellings of the project and of the lab.
  const table = ['path;BENIGN;malignant', '0.png;x;', '1.png;;x', '2.png;x;', '3.png;;x'].join('\r\n');
  await writeFile(join(app.workspace, 'labels.csv'), `sep=;\r\n${table}\r\n`);
  await window.getByRole('button', { name: 'More ways to add' }).click();
  await window.getByRole('menuitem', { name: 'Apply a label table…' }).click();
  await data.chooseFile(app.workspace, 'labels.csv', /Choose a label table/);
  const dialog = window.getByRole('dialog', { name: 'Apply label table' });
  await expect(dialog.getByRole('columnheader', { name: /BENIGN/ })).toContainText('Class');
  await expect(dialog).toContainText('“benign” (in the project), “BENIGN” (2)');
  const apply = dialog.getByRole('button', { name: 'Apply table' });
  await expect(apply).toBeDisabled();
  await dialog.getByRole('radio', { name: 'Yes, use “benign”' }).check();
  await expect(dialog.getByRole('region', { name: 'Changes' })).toContainText('1 label from folders');
  await apply.click();
  await expect(dialog).toBeHidden();
  await expect(data.main.getByText('malignant').first()).toBeVisible();
});
