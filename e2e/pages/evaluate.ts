import type { Locator } from '@playwright/test';
import { expect } from '../fixtures/app';
import { Shell } from './shell';

export class EvaluatePage extends Shell {
  async openTestSet(): Promise<void> {
    await this.open('Evaluate');
    await this.main.getByRole('radiogroup', { name: 'Images to evaluate on' }).getByText('Test').click();
    await this.main.getByRole('button', { name: 'Evaluate on the test set' }).click();
    await this.page.getByRole('button', { name: 'Open and evaluate' }).click();
    await expect(this.metric('Accuracy')).toBeVisible({ timeout: 240_000 });
  }

  metric(name: string): Locator {
    return this.main.getByRole('group', { name, exact: true }).first();
  }

  get roc(): Locator {
    return this.main.getByRole('img', { name: /^ROC curve/ });
  }

  /** Reads the main number of a metric. */
  async value(name: string): Promise<number> {
    const text = await this.metric(name).innerText();
    return Number(/\d\.\d{3}/.exec(text)?.[0]);
  }

  /** Confusion matrix cells with images. */
  get cells(): Locator {
    return this.main.getByRole('button', { name: /^True .+, predicted .+: [1-9]\d* images?$/ });
  }
}
