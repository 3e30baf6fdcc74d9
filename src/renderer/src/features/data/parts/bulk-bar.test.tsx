// @vitest-environment happy-dom
import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { ProjectSummary } from '#shared/models/project';
import { ConfirmDialog } from '../../../components/confirm';
import { useSession } from '../../../state/session';
import { useToasts } from '../../../state/toasts';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { BulkBar } from './bulk-bar';
import { useLabelling } from './use-labelling';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

/** The bar for images 4 and 5, as the image view uses it. */
function SelectedImages() {
  const { label, move, remove } = useLabelling('p');
  const images = [4, 5];
  return (
    <>
      <BulkBar
        count={images.length}
        classNames={['benign', 'malignant']}
        onLabel={(name) => void label(images, name)}
        onMove={(split) => void move(images, split)}
        onRemove={() => void remove(images)}
        onClear={() => {}}
      />
      <ConfirmDialog />
    </>
  );
}

const messages = () => useToasts.getState().toasts.map(({ message }) => message);

beforeEach(() => main.answer('dataset.lastAction', { action: null }));

it('labels the selected images, and replies even if they already have the label', async () => {
  const { user } = renderComponent(<SelectedImages />);
  const choose = async (item: string) => {
    await user.click(screen.getByRole('button', { name: 'Label' }));
    await user.click(await screen.findByRole('menuitem', { name: item }));
  };
  main.answer('dataset.label', ({ images }) => ({ changed: images.length }));
  await choose('malignant 2');
  await waitFor(() => expect(messages()).toEqual(['2 images labelled malignant']));
  await choose('Remove label 0');
  await waitFor(() => expect(messages()).toEqual(['Label removed from 2 images']));
  main.answer('dataset.label', { changed: 0 });
  await choose('benign 1');
  await waitFor(() => expect(messages()).toEqual(['These images are already labelled benign']));
  expect(main.asked('dataset.label')).toEqual(
    ['malignant', null, 'benign'].map((label) => ({ project: 'p', images: [4, 5], label })),
  );
});

it('labels with a new class once it has a name', async () => {
  main.answer('dataset.label', { changed: 2 });
  const { user } = renderComponent(<SelectedImages />);
  await user.click(screen.getByRole('button', { name: 'Label' }));
  await user.click(await screen.findByRole('menuitem', { name: 'New class…' }));
  await user.type(await screen.findByLabelText('Class name'), '  {Enter}');
  expect(main.asked('dataset.label')).toEqual([]);
  await user.type(screen.getByLabelText('Class name'), 'cyst {Enter}');
  expect(main.asked('dataset.label')).toMatchObject([{ label: 'cyst' }]);
});

it('warns that a move puts a patient into more than one split', async () => {
  main.answer('dataset.moveToSplit', { patientsAcrossSplits: 1, duplicatesAcrossSplits: 0 });
  const { user } = renderComponent(<SelectedImages />);
  await user.click(screen.getByRole('button', { name: 'Move to' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Test' }));
  await waitFor(() => expect(messages()).toEqual(['2 images moved to Test. Now 1 patient in more than one split']));
  expect(main.asked('dataset.moveToSplit')).toEqual([{ project: 'p', images: [4, 5], split: 'test' }]);
});

it('removes images only after a confirmation', async () => {
  main.answer('dataset.remove', { changed: 2 });
  const { user } = renderComponent(<SelectedImages />);
  const remove = () => screen.getAllByRole('button', { name: 'Remove' });
  await user.click(remove()[0] as HTMLElement);
  await user.click(await screen.findByRole('button', { name: 'Cancel' }));
  expect(main.asked('dataset.remove')).toEqual([]);
  await user.click(remove()[0] as HTMLElement);
  await screen.findByRole('dialog');
  await user.click(remove().at(-1) as HTMLElement);
  await waitFor(() => expect(messages()).toEqual(['2 images removed']));
  expect(main.asked('dataset.remove')).toEqual([{ project: 'p', images: [4, 5] }]);
});

it('opens no menu in a read-only project', async () => {
  useSession.setState({ project: { id: 'p', readOnly: true } as ProjectSummary });
  const { user } = renderComponent(<SelectedImages />);
  for (const name of ['Label', 'Move to', 'Remove']) await user.click(screen.getByRole('button', { name }));
  expect(screen.queryByRole('menuitem')).toBeNull();
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(messages()).toEqual([]);
});
