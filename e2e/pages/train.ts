import type { Locator } from '@playwright/test';
import { expect } from '../fixtures/app';
import { Shell } from './shell';

export class TrainPage extends Shell {
  /** The choice between the cards and all settings of a new run. */
  private get settings(): Locator {
    return this.main.getByRole('radiogroup', { name: 'Settings of the new run' });
  }

  private async showNewRun(): Promise<void> {
    await this.open('Train');
    const newRun = this.main.getByRole('button', { name: 'New run', disabled: false });
    // The button works once a new run is known not to be shown.
    await expect(newRun.or(this.settings).first()).toBeVisible();
    if (!(await this.settings.isVisible())) await newRun.click();
  }

  private async showForm(): Promise<Locator> {
    await this.showNewRun();
    await this.settings.getByText('Advanced').click();
    return this.main.getByRole('form', { name: 'New run' });
  }

  /** A ready-made run: its region. */
  card(title: 'Fast' | 'Better'): Locator {
    return this.main.getByRole('region', { name: title, exact: true });
  }

  /** Starts a run from the form. `settings` maps labels of text fields to values. */
  async start(backbone: string, settings: Readonly<Record<string, string>>): Promise<void> {
    const form = await this.showForm();
    await form.getByRole('radio', { name: 'Full' }).check();
    await form.getByRole('combobox', { name: 'Backbone' }).click();
    await this.page.getByRole('option', { name: new RegExp(`^${backbone}`) }).click();
    for (const [label, value] of Object.entries(settings)) await form.getByRole('textbox', { name: label }).fill(value);
    const start = this.main.getByRole('button', { name: 'Start training' });
    await expect(start).toBeEnabled();
    await start.click();
  }

  /** The state in the selected run's header. */
  state(state: 'Running' | 'Finished' | 'Interrupted' | 'Paused'): Locator {
    return this.main.getByText(state, { exact: true }).last();
  }

  async finished(): Promise<void> {
    await expect(this.state('Finished')).toBeVisible({ timeout: 600_000 });
    await expect(this.main.getByRole('region', { name: 'Best model' })).toBeVisible();
  }

  chart(name: string): Locator {
    return this.main.getByRole('region', { name, exact: true });
  }

  /** Opens the form for a new run and fills in settings without starting it. */
  async openForm(preset: string, settings: Readonly<Record<string, string>>): Promise<void> {
    const form = await this.showForm();
    await form.getByRole('radio', { name: preset }).check();
    for (const [label, value] of Object.entries(settings)) await form.getByRole('textbox', { name: label }).fill(value);
  }

  /** Starts the run configured in the form under a name. */
  async startNamed(name: string): Promise<void> {
    await this.main.getByRole('textbox', { name: 'Run name' }).fill(name);
    const start = this.main.getByRole('button', { name: 'Start training' });
    await expect(start).toBeEnabled();
    await start.click();
    await expect(this.heading(name)).toBeVisible();
  }

  heading(name: string): Locator {
    return this.main.getByRole('heading', { level: 2, name, exact: true });
  }

  /** Opens the dialog for a sweep or a cross-validation. */
  async newExperiment(kind: 'Sweep' | 'Cross-validation'): Promise<Locator> {
    await this.main.getByRole('button', { name: 'New experiment' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'New experiment' });
    await dialog.getByRole('radiogroup', { name: 'Kind of experiment' }).getByText(kind).click();
    return dialog;
  }

  /** Training and queued runs, in order. */
  get queue(): Locator {
    return this.main.getByRole('list', { name: 'Queue' }).getByRole('listitem');
  }
}
