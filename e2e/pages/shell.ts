import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures/app';

export type Screen = 'Projects' | 'Data' | 'Train' | 'Evaluate' | 'Predict';

/** What stands around every screen. */
export class Shell {
  readonly page: Page;
  readonly main: Locator;

  constructor(page: Page) {
    this.page = page;
    this.main = page.getByRole('main');
  }

  async open(screen: Screen): Promise<void> {
    await this.page
      .getByRole('navigation', { name: 'Screens' })
      .getByRole('button', { name: screen, exact: true })
      .click();
    await expect(this.main.getByRole('heading', { level: 1, name: screen })).toBeVisible();
  }

  /** Web mode's folder picker: goes to an absolute path and takes it. */
  async chooseFolder(path: string, dialog: RegExp | string): Promise<void> {
    const picker = this.page.getByRole('dialog', { name: dialog });
    await picker.getByRole('textbox', { name: 'Folder path' }).fill(path);
    await picker.getByRole('button', { name: 'Go' }).click();
    await expect(picker.getByRole('textbox', { name: 'Folder path' })).toHaveValue(path);
    await picker.getByRole('button', { name: 'Choose this folder' }).click();
    await expect(picker).toBeHidden();
  }

  /** Web mode's file picker: goes to a folder and takes one of its files. */
  async chooseFile(folder: string, name: string, dialog: RegExp | string): Promise<void> {
    const picker = this.page.getByRole('dialog', { name: dialog });
    await picker.getByRole('textbox', { name: 'Folder path' }).fill(folder);
    await picker.getByRole('button', { name: 'Go' }).click();
    await picker.getByRole('checkbox', { name, exact: true }).check();
    await picker.getByRole('button', { name: 'Choose files' }).click();
    await expect(picker).toBeHidden();
  }
}
