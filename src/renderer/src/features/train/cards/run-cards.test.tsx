// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { RunCards, RunOffer } from '#shared/models/run-card';
import { runConfigSchema } from '#shared/models/run-config';
import { useSession } from '../../../state/session';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { useDrafts } from '../parts/draft-store';
import { RunCardsPanel } from './run-cards';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

const config = runConfigSchema.parse({ backbone: 'facebook/dinov2-small', preset: 'quick', headSolver: 'logistic' });
const offer: RunOffer = { config, pretrained: true, imageSize: 224, device: 'cpu', seconds: 130, memoryMB: 1200 };
const cards: RunCards = {
  cards: [
    { kind: 'fast', offer, reason: null, needsWeights: false },
    { kind: 'better', offer: null, reason: 'It would take about 68 h on this computer.', needsWeights: false },
  ],
  plannedSplit: { train: 60, validation: 20, test: 20 },
  leak: null,
  problems: [],
  places: { problems: [], warnings: [] },
  warnings: ['Fewer than 50 images of “malignant” (40): expect wide intervals.'],
};
const started = vi.fn();
const getWeights = vi.fn();
const panel = <RunCardsPanel project="p" onStarted={started} onGetWeights={getWeights} />;
const card = async (name: string) => within(await screen.findByRole('region', { name }));
const startButton = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Start: Fast' });

it('starts an offer with one click, after making the split that it announced', async () => {
  main.answer('runs.cards', cards);
  main.answer('runs.start', { id: 'r' });
  const { user } = renderComponent(panel);
  const fast = await card('Fast');
  for (const fact of ['about 2 min', 'facebook/dinov2-small', '224 px', 'Quick look, logistic regression']) {
    expect(fast.getByText(fact)).toBeTruthy();
  }
  expect(screen.getByText(/60 images to train on, 20 images for validation and 20 images for the test/)).toBeTruthy();
  await user.click(startButton());
  expect(main.asked('runs.start')).toEqual([{ project: 'p', config, splitFirst: true }]);
  await waitFor(() => expect(started).toHaveBeenCalledWith('r'));
});

it('says why a card is not offered, and opens all settings with those of a card', async () => {
  main.answer('runs.cards', cards);
  const { user } = renderComponent(panel);
  const better = await card('Better');
  expect(better.getByText('It would take about 68 h on this computer.')).toBeTruthy();
  expect(better.queryByRole('button', { name: /^Start/ })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Change settings: Fast' }));
  expect(useDrafts.getState().drafts['p']).toEqual(config);
  expect(useDrafts.getState().advanced['p']).toBe(true);
});

it('blocks every start while there is a problem, and names it', async () => {
  const places = { problems: ['split' as const], warnings: [] };
  main.answer('runs.cards', { ...cards, problems: ['The validation split is empty.'], places });
  const { user } = renderComponent(panel);
  await card('Fast');
  expect(startButton().disabled).toBe(true);
  expect(startButton().title).toBe('The validation split is empty.');
  const alert = screen.getByRole('alert');
  expect(alert.textContent).toContain('The validation split is empty.');
  await user.click(within(alert).getByRole('button', { name: 'Edit split' }));
  expect(useSession.getState().screen).toBe('data');
});

it('leads to weights if there are none', async () => {
  main.answer('runs.cards', {
    ...cards,
    cards: [{ kind: 'fast', offer: null, reason: 'Needs pretrained weights.', needsWeights: true }],
  });
  const { user } = renderComponent(panel);
  await user.click((await card('Fast')).getByRole('button', { name: 'Get weights' }));
  expect(getWeights).toHaveBeenCalled();
});

it('searches for as long as a person chooses', async () => {
  const search = runConfigSchema.parse({ ...config, preset: 'auto', minutes: 15 });
  main.answer('runs.cards', {
    ...cards,
    cards: [{ kind: 'best', offer: { ...offer, config: search }, reason: null, needsWeights: false }],
  });
  main.answer('runs.start', { id: 'r' });
  const { user } = renderComponent(panel);
  await user.click((await card('Best')).getByText('45 min'));
  expect((await card('Best')).getByText('about 45 min')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Start: Best' }));
  expect(main.asked('runs.start')).toMatchObject([{ config: { preset: 'auto', minutes: 45 } }]);
});
