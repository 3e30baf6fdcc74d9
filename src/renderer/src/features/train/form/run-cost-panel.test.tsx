// @vitest-environment happy-dom
import { act, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RunPreview } from '#shared/models/run-preview';
import { InvalidFields } from '../../../components/invalid-fields';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { type DraftConfig, defaultDraft } from '../parts/draft-store';
import { RunCostPanel } from './run-cost-panel';
import { IntegerSetting } from './setting-row';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

const preview: RunPreview = {
  config: defaultDraft,
  parameters: 1000,
  trainableParameters: 1000,
  steps: 40,
  epochs: 4,
  imageSize: 96,
  input: null,
  stages: [],
  memoryMB: 500,
  diskBytes: 0,
  device: 'cpu',
  secondsEstimate: 90,
  schedule: [],
  classWeights: null,
  classDraws: null,
  smallerBatch: null,
  leak: null,
  plannedSplit: null,
  backboneNotes: [],
  problems: [],
  warnings: [],
  places: { problems: [], warnings: [] },
};
const noSplit = { ...preview, steps: 0, secondsEstimate: 0, problems: ['There is no split yet.'] };

// The preview is asked for 300 ms after the last change.
beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => void vi.useRealTimers());

const started = vi.fn();
const form = (draft: DraftConfig, name = '') => (
  <InvalidFields>
    <IntegerSetting label="Epochs" help="" value={draft.epochs} min={1} max={100} onChange={() => {}} />
    <RunCostPanel project="p" draft={draft} name={name} onStarted={started} />
  </InvalidFields>
);
const start = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Start training' });

it('starts a run with its settings, and shows it', async () => {
  main.answer('runs.preview', preview);
  main.answer('runs.start', { id: 'r' });
  const { user } = renderComponent(form(defaultDraft, ' First try '));
  expect(start().disabled).toBe(true);
  await screen.findByText('about 2 min');
  await user.click(start());
  expect(main.asked('runs.start')).toEqual([
    { project: 'p', config: defaultDraft, splitFirst: true, name: 'First try' },
  ]);
  expect(started).toHaveBeenCalledWith('r');
});

it('does not start while a field shows a value that the run would not use', async () => {
  main.answer('runs.preview', preview);
  const { user } = renderComponent(form(defaultDraft));
  await screen.findByText('about 2 min');
  await user.clear(screen.getByLabelText('Epochs'));
  await user.type(screen.getByLabelText('Epochs'), '1000');
  expect(start().disabled).toBe(true);
  expect(screen.getByText('Epochs: A whole number from 1 to 100')).toBeTruthy();
  expect(screen.queryByText('about 2 min')).toBeNull();
  expect(screen.queryByRole('status')).toBeNull();
});

it('does not start on a leaking split before it is signed off', async () => {
  const leak = { groups: 3, patients: 3, duplicates: 0, signOff: null };
  main.answer('runs.preview', { ...preview, leak, problems: ['3 patients are in more than one split.'] });
  const { unmount } = renderComponent(form(defaultDraft));
  await screen.findByText('3 patients are in more than one split.');
  expect(start().disabled).toBe(true);
  expect(screen.getByRole('button', { name: 'Sign off…' })).toBeTruthy();
  unmount();
  const signOff = {
    name: 'Ada',
    reason: 'to compare',
    at: '2026-11-30T12:00:00Z',
    groups: 3,
    patients: 3,
    duplicates: 0,
    void: null,
  };
  main.answer('runs.preview', { ...preview, leak: { ...leak, signOff } });
  renderComponent(form({ ...defaultDraft, seed: 7 }));
  await screen.findByText(/Signed off by Ada/);
  expect(start().disabled).toBe(false);
});

it('checks a change, and does not repeat the problems of earlier settings', async () => {
  main.answer('runs.preview', noSplit);
  const { rerender } = renderComponent(form(defaultDraft));
  await screen.findByText('There is no split yet.');
  let answer = (_: RunPreview) => {};
  main.answer('runs.preview', () => new Promise<RunPreview>((resolve) => (answer = resolve)));
  rerender(form({ ...defaultDraft, epochs: 8 }));
  const expectChecking = () => {
    expect(screen.getByRole('status').textContent).toMatch('Checking');
    expect(screen.queryByText('There is no split yet.')).toBeNull();
    expect(start().disabled).toBe(true);
  };
  expectChecking();
  await act(() => vi.advanceTimersByTimeAsync(300));
  expect(main.asked('runs.preview')).toHaveLength(2);
  expectChecking();
  await act(() => answer(preview));
  await screen.findByText('about 2 min');
  expect(screen.queryByRole('status')).toBeNull();
  expect(start().disabled).toBe(false);
});

it('estimates no time for a run without images', async () => {
  main.answer('runs.preview', noSplit);
  renderComponent(form(defaultDraft));
  await screen.findByText('There is no split yet.');
  expect(screen.queryByText(/about/)).toBeNull();
});
