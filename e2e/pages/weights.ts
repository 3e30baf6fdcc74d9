import type { Locator } from '@playwright/test';
import { Shell } from './shell';

export class WeightsPage extends Shell {
  get zone(): Locator {
    return this.main.getByRole('region', { name: 'Drop weights to import' });
  }

  /** The row of weights on this computer. */
  row(name: string): Locator {
    return this.main
      .getByRole('table', { name: 'Weights on this computer' })
      .getByRole('row')
      .filter({ hasText: name });
  }

  /** The recommended weights: one region each. */
  get recommended(): Locator {
    return this.main.getByRole('region', { name: /^(Fast|Better|Medical): / });
  }
}
