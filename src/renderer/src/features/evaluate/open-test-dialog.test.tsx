// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { main } from '../../test-support/fake-bridge';
import { renderComponent } from '../../test-support/render-component';
import { OpenTestDialog } from './open-test-dialog';

vi.mock('../../bridge/bridge', () => import('../../test-support/fake-bridge'));

const opening = (run: string) => ({ run, runName: run, at: '2026-11-30T12:00:00Z', by: null, images: 9 });

it('opens the test set when that is confirmed, under the name that is given', async () => {
  main.answer('settings.get', { signature: 'Ada' });
  main.answer('settings.set', {});
  main.answer('evaluations.openings', { openings: [opening('other'), opening('r'), opening('r')] });
  const opened = vi.fn();
  const { user } = renderComponent(<OpenTestDialog opened onClose={() => {}} project="p" run="r" onOpen={opened} />);
  await screen.findByText('The test set was opened 3 times in this project, 2 times for this run.');
  await screen.findByDisplayValue('Ada');
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(opened).not.toHaveBeenCalled();
  await user.click(screen.getByRole('button', { name: 'Open and evaluate' }));
  expect(opened).toHaveBeenLastCalledWith('Ada');
  await user.clear(screen.getByLabelText('Your name'));
  await user.click(screen.getByRole('button', { name: 'Open and evaluate' }));
  expect(opened).toHaveBeenLastCalledWith(null);
});
