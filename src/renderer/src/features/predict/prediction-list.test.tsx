// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { FilePrediction } from '#shared/models/prediction';
import { renderComponent } from '../../test-support/render-component';
import { PredictionList } from './prediction-list';

vi.mock('../../bridge/bridge', () => import('../../test-support/fake-bridge'));

const prediction = (id: string, label: string, confidence: number): FilePrediction => ({
  id,
  name: `${id}.png`,
  ok: true,
  label,
  confidence,
  testTimeViews: 0,
  probabilities: [
    { label: 'benign', probability: label === 'benign' ? confidence : 1 - confidence },
    { label: 'malignant', probability: label === 'benign' ? 1 - confidence : confidence },
  ],
  attention: null,
  error: null,
});
const failed: FilePrediction = {
  ...prediction('broken', 'benign', 0),
  ok: false,
  label: null,
  confidence: null,
  probabilities: [],
  error: { code: 'truncated', message: 'The file ends early.' },
};
const predictions = [prediction('b', 'benign', 0.7), failed, prediction('a', 'malignant', 0.9)];

const chosen = vi.fn();
const show = (selected: string | null) =>
  renderComponent(<PredictionList predictions={predictions} selected={selected} onSelect={chosen} waiting={false} />);
/** File names in the order of the rows. */
const files = () => screen.getAllByRole('button', { name: /png$/ }).map(({ textContent }) => textContent);

// Without a height, no row is visible.
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { value: 800 });

it('counts failed files on their own, and says why they failed', () => {
  show(null);
  expect(screen.getByRole('status').textContent).toBe('2 predictions, 1 file failed');
  expect(screen.getByText('The file ends early.')).toBeTruthy();
  expect(files()).toEqual(['b.png', 'broken.png', 'a.png']);
});

it('sorts by a column, and moves through the rows in that order', async () => {
  const { user } = show('b');
  const confidence = screen.getByRole('button', { name: 'Confidence' });
  await user.click(confidence);
  expect(files()).toEqual(['a.png', 'b.png', 'broken.png']);
  await user.click(screen.getByRole('button', { name: 'b.png' }));
  expect(chosen).toHaveBeenLastCalledWith('b');
  await user.keyboard('{ArrowDown}');
  expect(chosen).toHaveBeenLastCalledWith('broken');
  await user.keyboard('{ArrowUp}{Home}');
  expect(chosen).toHaveBeenLastCalledWith('a');
});
