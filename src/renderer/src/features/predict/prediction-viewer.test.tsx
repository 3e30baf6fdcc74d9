// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FilePrediction } from '#shared/models/prediction';
import type { SignOff } from '#shared/models/sign-off';
import { renderComponent } from '../../test-support/render-component';
import { PredictionViewer } from './prediction-viewer';

vi.mock('../../bridge/bridge', () => import('../../test-support/fake-bridge'));

const prediction: FilePrediction = {
  id: 'a',
  name: 'a.png',
  ok: true,
  label: 'benign',
  confidence: 0.7,
  testTimeViews: 0,
  probabilities: [{ label: 'benign', probability: 0.7 }],
  attention: null,
  error: null,
};
const signOff: SignOff = {
  name: 'Ada',
  reason: 'to compare',
  at: '2026-11-30T12:00:00Z',
  groups: 3,
  patients: 3,
  duplicates: 0,
};

beforeEach(() => void vi.stubGlobal('fetch', () => new Promise(() => {})));
afterEach(() => void vi.unstubAllGlobals());

it('marks every prediction as research use, and one of a leaking split as too good', () => {
  const { unmount } = renderComponent(<PredictionViewer prediction={prediction} model="m" signOff={null} />);
  expect(screen.getByText('Research use only')).toBeTruthy();
  expect(screen.queryByText(/Leaking split/)).toBeNull();
  unmount();
  renderComponent(<PredictionViewer prediction={prediction} model="m" signOff={signOff} />);
  expect(screen.getByText(/Leaking split: 3 patients appear in more than one split/)).toBeTruthy();
});

it('shows no class for a file that failed, but why it failed', () => {
  const error = { code: 'truncated', message: 'The file ends early.' };
  renderComponent(<PredictionViewer prediction={{ ...prediction, ok: false, error }} model="m" signOff={null} />);
  expect(screen.getByText('The file ends early.')).toBeTruthy();
  expect(screen.queryByLabelText('Prediction')).toBeNull();
  expect(screen.queryByText('benign')).toBeNull();
});
