// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { main } from '../test-support/fake-bridge';
import { renderComponent } from '../test-support/render-component';
import { SignOffDialog } from './sign-off-dialog';

vi.mock('../bridge/bridge', () => import('../test-support/fake-bridge'));

it('takes a sign-off with a name and a reason only, and does not submit the form around it', async () => {
  main.answer('settings.get', { signature: '' });
  main.answer('settings.set', {});
  main.answer('dataset.signOff', {});
  const closed = vi.fn();
  const around = vi.fn();
  const { user } = renderComponent(
    <div onSubmit={around}>
      <SignOffDialog opened onClose={closed} project="p" leak={{ patients: 1, duplicates: 0 }} />
    </div>,
  );
  const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Sign off' });
  await user.type(screen.getByLabelText(/Your name/), ' Ada ');
  expect(button.disabled).toBe(true);
  await user.type(screen.getByLabelText(/Reason/), ' ok ');
  expect(button.disabled).toBe(true);
  await user.type(screen.getByLabelText(/Reason/), 'ay, to compare');
  await user.clear(screen.getByLabelText(/Your name/));
  expect(button.disabled).toBe(true);
  await user.type(screen.getByLabelText(/Your name/), ' Ada ');
  await user.click(button);
  await waitFor(() => expect(closed).toHaveBeenCalled());
  expect(main.asked('dataset.signOff')).toEqual([{ project: 'p', name: 'Ada', reason: 'ok ay, to compare' }]);
  expect(main.asked('settings.set')).toEqual([{ signature: 'Ada' }]);
  expect(around).not.toHaveBeenCalled();
});
