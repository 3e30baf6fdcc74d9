import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures/app';

export type Screen = 'Projects' | 'Data' | 'Train' | 'Evaluate' | 'Predict' | 'Weights';

/** Elements common to all screens. */
export class Shell {
  readonly page: Page;
  readonly main: Locator;

  constructor(page: Page) {
    this.page = page;
    this.main = page.getByRole('main');
  }

  async open(screen: Screen): Promise<void> {
    await this.page
      .getByRole('navigation', { name: screen === 'Weights' ? 'Application' : 'Screens' })
      .getByRole('button', { name: screen, exact: true })
      .click();
    await expect(this.main.getByRole('heading', { level: 1, name: screen })).toBeVisible();
  }

  /** Drops files as a person would: a DataTransfer with real bytes. */
  async dropOn(target: Locator, paths: readonly string[]): Promise<void> {
    const files = await Promise.all(
      paths.map(async (path) => ({ name: basename(path), base64: (await readFile(path)).toString('base64') })),
    );
    const transfer = await this.page.evaluateHandle((dropped) => {
      const data = new DataTransfer();
      for (const { name, base64 } of dropped) {
        data.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
      }
      return data;
    }, files);
    for (const type of ['dragenter', 'dragover', 'drop']) await target.dispatchEvent(type, { dataTransfer: transfer });
  }

  /**
   * Drops a file or a whole folder of this machine, as the browser does it: page scripts cannot make a folder of a
   * DataTransfer.
   */
  async dropPath(target: Locator, path: string): Promise<void> {
    // Scrolls to it, and waits until it stays where it is.
    await target.hover();
    const box = await target.boundingBox();
    if (box === null) throw new Error('the place to drop on is not on the screen');
    const session = await this.page.context().newCDPSession(this.page);
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, ...at, data });
    }
    await session.detach();
  }

  /** Enters an absolute path in web mode's folder picker and chooses it. */
  async chooseFolder(path: string, dialog: RegExp | string): Promise<void> {
    const picker = this.page.getByRole('dialog', { name: dialog });
    await picker.getByRole('textbox', { name: 'Folder path' }).fill(path);
    await picker.getByRole('button', { name: 'Go' }).click();
    await expect(picker.getByRole('textbox', { name: 'Folder path' })).toHaveValue(path);
    await picker.getByRole('button', { name: 'Choose this folder' }).click();
    await expect(picker).toBeHidden();
  }

  /** Enters a folder in web mode's file picker and chooses one of its files. */
  async chooseFile(folder: string, name: string, dialog: RegExp | string): Promise<void> {
    const picker = this.page.getByRole('dialog', { name: dialog });
    await picker.getByRole('textbox', { name: 'Folder path' }).fill(folder);
    await picker.getByRole('button', { name: 'Go' }).click();
    await picker.getByRole('checkbox', { name, exact: true }).check();
    await picker.getByRole('button', { name: 'Choose files' }).click();
    await expect(picker).toBeHidden();
  }
}
