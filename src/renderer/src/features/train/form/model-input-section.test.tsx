// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { pipelineFor } from '#shared/imaging/pipeline';
import type { Preparation } from '#shared/models/pipeline';
import { pipelineOf } from '#shared/training/run-pipeline';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { type DraftConfig, defaultDraft } from '../parts/draft-store';
import { ModelInputSection } from './model-input-section';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

const dinov2: Preparation = {
  height: 224,
  width: 224,
  fit: { kind: 'shortest-edge', edge: 256 },
  resample: 'bicubic',
  rescaleFactor: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
const change = vi.fn();

function show(draft: DraftConfig, checkpoint = dinov2, file: string | null = 'preprocessor_config.json') {
  const input = { pipeline: pipelineOf(draft, checkpoint), checkpoint, file };
  return renderComponent(<ModelInputSection project="p" draft={draft} change={change} input={input} />);
}
const rows = () => {
  const cells = [...screen.getByLabelText('Input of the model').children].map((cell) => cell.textContent);
  return Array.from({ length: cells.length / 3 }, (_, row) => cells.slice(3 * row, 3 * row + 3));
};
const pipelineIn = (card: HTMLElement) => {
  const source = within(card).getByRole('presentation').getAttribute('src') ?? '';
  return JSON.parse(new URL(source, 'http://x').searchParams.get('pipeline') ?? '');
};

beforeEach(() => {
  main.reset();
  change.mockReset();
  main.answer('dataset.ids', { ids: [7, 9] });
});

it('states what the checkpoint determines', () => {
  show(defaultDraft);
  expect(rows()).toEqual([
    ['Size', '224 × 224 px', 'from the checkpoint'],
    ['Fit', 'short side resized to 256 px, centre of 224 × 224 px cut', 'from the checkpoint'],
    ['Interpolation', 'bicubic, antialiased', 'from the checkpoint'],
    ['Mean', '0.485, 0.456, 0.406', 'from the checkpoint'],
    ['Standard deviation', '0.229, 0.224, 0.225', 'from the checkpoint'],
  ]);
});

it('marks what a person changed, and what is assumed', () => {
  const { unmount } = show({ ...defaultDraft, fit: 'letterbox', interpolation: 'lanczos', imageSize: 224 });
  expect(rows().slice(0, 4)).toEqual([
    ['Size', '224 × 224 px', 'changed'],
    ['Fit', 'whole image resized to fit 224 × 224 px, black bars', 'changed'],
    ['Interpolation', 'Lanczos, antialiased', 'changed'],
    ['Mean', '0.485, 0.456, 0.406', 'from the checkpoint'],
  ]);
  unmount();
  show(defaultDraft, dinov2, null);
  expect(rows().every(([, , origin]) => origin === 'assumed')).toBe(true);
});

it("previews each fit on the user's image, and steps to another one", async () => {
  show(defaultDraft);
  const card = async (name: string) => {
    const radio = await screen.findByRole('radio', { name });
    await within(radio).findByRole('presentation');
    return radio;
  };
  expect(pipelineIn(await card('Checkpoint'))).toEqual(pipelineFor(dinov2));
  expect(pipelineIn(await card('Crop')).fit).toEqual({ kind: 'shortest-edge', edge: 224 });
  expect(pipelineIn(await card('Letterbox')).fit).toEqual({ kind: 'letterbox' });
  expect(pipelineIn(await card('Squash')).fit).toBeUndefined();
  fireEvent.click(screen.getByRole('button', { name: 'Another image' }));
  expect(
    within(await card('Crop'))
      .getByRole('presentation')
      .getAttribute('src'),
  ).toContain('/p/9?');
});

it('changes the draft, and returns to the checkpoint', async () => {
  const { unmount } = show(defaultDraft);
  fireEvent.click(screen.getByRole('radio', { name: 'Letterbox' }));
  expect(change).toHaveBeenCalledWith({ fit: 'letterbox' });
  unmount();
  show({ ...defaultDraft, fit: 'letterbox' });
  fireEvent.click(screen.getByRole('radio', { name: 'Checkpoint' }));
  expect(change).toHaveBeenLastCalledWith({ fit: undefined });
});
