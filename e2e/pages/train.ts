import type { Locator } from '@playwright/test';
import { expect } from '../fixtures/app';
import { Shell } from './shell';

export class TrainPage extends Shell {
  /** Starts a run from the form; `settings` are text fields by their label. */
  async start(backbone: string, settings: Readonly<Record<string, string>>): Promise<void> {
    await this.open('Train');
    const newRun = this.main.getByRole('button', { name: 'New run' });
    const form = this.main.getByRole('form', { name: 'New run' });
    await expect(newRun.or(form).first()).toBeVisible();
    if (!(await form.isVisible())) await newRun.click();
    await form.getByRole('radio', { name: 'Full' }).check();
    await form.getByRole('combobox', { name: 'Backbone' }).click();
    await this.page.getByRole('option', { name: new RegExp(`^${backbone}`) }).click();
    for (const [label, value] of Object.entries(settings)) await form.getByRole('textbox', { name: label }).fill(value);
    const start = this.main.getByRole('button', { name: 'Start training' });
    await expect(start).toBeEnabled();
    await start.click();
  }

  /** The state that the chosen run's header shows. */
  state(state: 'Running' | 'Finished' | 'Interrupted' | 'Paused'): Locator {
    return this.main.getByText(state, { exact: true }).last();
  }

  async finished(timeout: number): Promise<void> {
    await expect(this.state('Finished')).toBeVisible({ timeout });
    await expect(this.main.getByRole('region', { name: 'Best model' })).toBeVisible();
  }

  chart(name: string): Locator {
    return this.main.getByRole('region', { name, exact: true });
  }
}
