import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Locator } from '@playwright/test';
import { Shell } from './shell';

export class PredictPage extends Shell {
  /** Drops files on the drop zone as a person does: a DataTransfer with real bytes. */
  async drop(paths: readonly string[]): Promise<void> {
    await this.open('Predict');
    const zone = this.main.getByRole('region', { name: 'Drop images to predict' });
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
    for (const type of ['dragenter', 'dragover', 'drop']) await zone.dispatchEvent(type, { dataTransfer: transfer });
  }

  get answers(): Locator {
    return this.main.getByRole('table', { name: 'Predictions' }).getByRole('row');
  }

  /** The picture with attention over it. */
  get overlay(): Locator {
    return this.main.getByRole('img', { name: /^Attention over / });
  }
}
