// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { ProjectSummary } from '#shared/models/project';
import { type Evaluation, evaluationSchema, type RunSummary } from '#shared/models/run';
import { main } from '../../test-support/fake-bridge';
import { renderComponent } from '../../test-support/render-component';
import { EvaluateScreen } from './evaluate-screen';

vi.mock('../../bridge/bridge', () => import('../../test-support/fake-bridge'));

const project = { id: 'p' } as ProjectSummary;
/** The fields that the screen reads. */
const run = { id: 'r', name: 'First try', hasModel: true, state: 'finished', createdAt: '', best: null };
const metric = { value: 0.7, low: 0.6, high: 0.8, n: 10 };
const evaluation: Evaluation = evaluationSchema.parse({
  run: 'r',
  split: 'validation',
  classes: ['benign'],
  n: 10,
  patients: null,
  withoutPatient: 10,
  loss: metric,
  accuracy: metric,
  perClass: [],
  macroRecall: metric,
  weightedRecall: metric,
  macroF1: metric,
  auc: null,
  confusionMatrix: [[10]],
  confidence: { edges: [0, 1], correct: [7], incorrect: [3] },
  cautions: ['No patient is known: intervals may be too narrow.'],
  seconds: 1,
  imagesPerSecond: 10,
  evaluatedAt: '2026-11-30T12:00:00Z',
});

function show(of: { readonly validation: Evaluation | null }) {
  main.answer('runs.list', { runs: [run as RunSummary] });
  main.answer('runs.get', { history: [] });
  main.answer('evaluations.get', ({ split }) => (split === 'test' ? null : of.validation));
  main.answer('evaluations.openings', { openings: [] });
  main.answer('settings.get', { signature: '' });
  main.answer('jobs.list', { jobs: [] });
  main.answer('evaluations.evaluate', { job: 'j' });
  return renderComponent(<EvaluateScreen project={project} />);
}

it('keeps the test set closed until a person opens it', async () => {
  const { user } = show({ validation: null });
  await user.click(await screen.findByRole('radio', { name: 'Test' }));
  await screen.findByText('The test set is closed');
  await user.click(screen.getByRole('button', { name: 'Evaluate on the test set' }));
  const dialog = await screen.findByRole('dialog');
  expect(main.asked('evaluations.evaluate')).toEqual([]);
  await user.click(within(dialog).getByRole('button', { name: 'Open and evaluate' }));
  expect(main.asked('evaluations.evaluate')).toEqual([{ project: 'p', run: 'r', split: 'test', by: null }]);
  expect(screen.queryByText('The test set is closed')).toBeNull();
});

it('evaluates on validation images without a question', async () => {
  const { user } = show({ validation: null });
  await user.click(await screen.findByRole('button', { name: 'Evaluate on validation' }));
  expect(main.asked('evaluations.evaluate')).toEqual([{ project: 'p', run: 'r', split: 'validation', by: null }]);
});

it('says beside the results that no patient is known', async () => {
  show({ validation: evaluation });
  await screen.findByText('No patient is known: intervals may be too narrow.');
  expect(screen.getByText(/^10 images, patients unknown · evaluated /)).toBeTruthy();
});
