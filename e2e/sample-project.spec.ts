import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixtures/app';
import { DataPage } from './pages/data';
import { ProjectsPage } from './pages/projects';

test('the sample project opens with images, labels and a split', async ({ window }) => {
  await new ProjectsPage(window).trySample();
  const data = new DataPage(window);
  await expect(data.main.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible({ timeout: 90_000 });
  await expect(window.getByText('240 images · 60 patients')).toBeVisible();
  await expect(window.getByRole('button', { name: 'Train 144' })).toBeVisible();

  await data.images.first().click();
  const inspector = window.getByRole('complementary', { name: 'Inspector' });
  await expect(inspector.getByText('benign').first()).toBeVisible();

  for (const screen of ['Data', 'Train', 'Evaluate', 'Predict', 'Projects'] as const) {
    await data.open(screen);
    await window.waitForLoadState('networkidle').catch(() => {});
    const { violations } = await new AxeBuilder({ page: window }).withTags(['wcag2a', 'wcag2aa']).analyze();
    expect(violations.map(({ id, nodes }) => `${screen}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
});
