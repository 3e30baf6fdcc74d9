// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { RunSummary } from '#shared/models/run';
import { useSelectedRun } from '../../../state/selected-run';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { ContinueRun } from './continue-run';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

const run = { id: 'r', name: 'First', best: { epoch: 7, metric: 'accuracy', value: 0.8 } } as RunSummary;

it('starts a new run of the chosen epochs, and shows it', async () => {
  main.answer('runs.continue', { id: 'next' });
  const { user } = renderComponent(<ContinueRun project="p" run={run} />);
  await user.click(screen.getByRole('button', { name: 'Train more epochs' }));
  expect(await screen.findByText(/from the best model of First \(epoch 7\)/)).toBeTruthy();
  const epochs = screen.getByRole('textbox', { name: 'Epochs' });
  await user.clear(epochs);
  const start = () => screen.getByRole<HTMLButtonElement>('button', { name: /^Train \d+ more epochs$/ });
  expect(start().disabled).toBe(true);
  await user.type(epochs, '15');
  await user.click(screen.getByRole('button', { name: 'Train 15 more epochs' }));
  expect(main.asked('runs.continue')).toEqual([{ project: 'p', run: 'r', epochs: 15 }]);
  await waitFor(() => expect(useSelectedRun.getState().runs['p']).toBe('next'));
});
