import type { Locator } from '@playwright/test';
import { Shell } from './shell';

export class PredictPage extends Shell {
  async drop(paths: readonly string[]): Promise<void> {
    await this.open('Predict');
    const zone = this.main.getByRole('region', { name: 'Drop images to predict' });
    await this.dropOn(zone, paths);
  }

  get predictions(): Locator {
    return this.main.getByRole('table', { name: 'Predictions' }).getByRole('row');
  }

  /** The image with its attention overlay. */
  get overlay(): Locator {
    return this.main.getByRole('img', { name: /^Attention over / });
  }
}
