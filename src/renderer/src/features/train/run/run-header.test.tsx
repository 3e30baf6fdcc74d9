// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { ProjectSummary } from '#shared/models/project';
import { type RunSummary, runSummarySchema } from '#shared/models/run';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { RunHeader } from './run-header';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

const project = { id: 'p' } as ProjectSummary;
const run = (more: Partial<RunSummary>): RunSummary =>
  runSummarySchema.parse({
    id: 'r',
    name: 'First try',
    state: 'finished',
    backbone: 'vit-micro',
    preset: 'full',
    device: 'cpu',
    createdAt: '2026-11-30T12:00:00Z',
    finishedAt: null,
    epochsDone: 3,
    epochs: 10,
    best: null,
    seconds: 0,
    error: null,
    hasModel: true,
    resumable: true,
    ...more,
  });
const header = (more: Partial<RunSummary>, elsewhere = false) => (
  <RunHeader project={project} run={run(more)} detail={null} diagnosis={null} elsewhere={elsewhere} />
);
const buttons = () =>
  screen.getAllByRole('button').flatMap(({ textContent }) => (textContent === '' ? [] : [textContent]));

it('names the device in words, and an unknown one as it is', () => {
  const { rerender } = renderComponent(header({ device: 'cpu' }));
  expect(screen.getByText(/ · Processor · /)).toBeTruthy();
  rerender(header({ device: 'quantum' }));
  expect(screen.getByText(/ · quantum · /)).toBeTruthy();
});

it('offers what the state of the run allows', async () => {
  const { rerender, user } = renderComponent(header({ state: 'running' }));
  expect(buttons()).toEqual(['Pause', 'Stop']);
  rerender(header({ state: 'running' }, true));
  expect(buttons()).toEqual([]);
  rerender(header({ state: 'queued' }));
  expect(buttons()).toEqual(['Cancel']);
  rerender(header({ state: 'finished' }));
  expect(buttons()).toEqual(['Evaluate', 'Predict']);
  rerender(header({ state: 'failed', resumable: false, hasModel: false }));
  expect(buttons()).toEqual([]);
  rerender(header({ state: 'interrupted', hasModel: false }));
  expect(buttons()).toEqual(['Resume']);
  expect(screen.getByText('Continues from the last checkpoint, after epoch 3 of 10.')).toBeTruthy();
  main.answer('runs.resume', {});
  await user.click(screen.getByRole('button', { name: 'Resume' }));
  expect(main.asked('runs.resume')).toEqual([{ project: 'p', run: 'r' }]);
});
