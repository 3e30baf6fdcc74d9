import type { Locator } from '@playwright/test';
import { expect } from '../fixtures/app';
import { Shell } from './shell';

export class DataPage extends Shell {
  /** The import dialog at a stage. */
  importDialog(stage: 'Import preview' | 'Import finished' | 'These images could not be added'): Locator {
    return this.page.getByRole('dialog', { name: stage });
  }

  async scanFolder(path: string): Promise<void> {
    await this.open('Data');
    await this.main.getByRole('button', { name: 'Add folder' }).first().click();
    await this.chooseFolder(path, 'Add a folder of images');
  }

  /** Imports a folder as its plan proposes and returns the text of the result dialog. */
  async importFolder(path: string): Promise<string> {
    await this.scanFolder(path);
    await this.importDialog('Import preview')
      .getByRole('button', { name: /^Import / })
      .click();
    const result = this.importDialog('Import finished');
    await expect(result).toBeVisible({ timeout: 240_000 });
    const text = await result.innerText();
    await result.getByRole('button', { name: 'Done' }).click();
    return text;
  }

  async openSplit(): Promise<Locator> {
    await this.open('Data');
    await this.main.getByRole('button', { name: /^(Create|Edit) split$/ }).click();
    return this.page.getByRole('dialog', { name: 'Split into train, validation and test' });
  }

  async split(): Promise<void> {
    const dialog = await this.openSplit();
    await dialog.getByRole('button', { name: /^(Create split|Split again)$/ }).click();
    await expect(dialog.getByRole('table', { name: 'Split' })).toBeVisible();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  }

  get images(): Locator {
    return this.main.getByRole('listbox', { name: 'Images' }).getByRole('option');
  }
}
