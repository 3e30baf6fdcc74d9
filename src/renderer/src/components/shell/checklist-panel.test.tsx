// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { DatasetSummary } from '#shared/models/dataset';
import type { ProjectSummary } from '#shared/models/project';
import { useSession } from '../../state/session';
import { main } from '../../test-support/fake-bridge';
import { renderComponent } from '../../test-support/render-component';
import { ChecklistPanel } from './checklist-panel';

vi.mock('../../bridge/bridge', () => import('../../test-support/fake-bridge'));

const dataset = (images: number): Partial<DatasetSummary> => ({
  images,
  unlabelled: 0,
  classes: ['a', 'b'].map((label) => ({ label, images: images / 2, patients: null, withoutPatient: images / 2 })),
  review: {} as DatasetSummary['review'],
  split: null,
});

beforeEach(() => {
  useSession.setState({ project: { id: 'p', name: 'P' } as ProjectSummary, screen: 'data' });
  main.answer('dataset.summary', dataset(10));
  main.answer('backbones.list', { backbones: [] });
  main.answer('runs.list', { runs: [] });
  main.answer('evaluations.openings', { openings: [] });
});

it('shows how far the project has come, and leads to the next step', async () => {
  const { user } = renderComponent(<ChecklistPanel />);
  expect(await screen.findByText('2 of 7 steps')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Images: 10 images, done' })).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Next step: Get weights' }));
  expect(useSession.getState().screen).toBe('weights');
  await user.click(screen.getByRole('button', { name: 'Prediction: Drop new files' }));
  expect(useSession.getState().screen).toBe('predict');
});

it('folds to the next step', async () => {
  const { user } = renderComponent(<ChecklistPanel />);
  await user.click(await screen.findByRole('button', { name: '2 of 7 steps' }));
  expect(screen.queryByRole('button', { name: /^Images/ })).toBeNull();
  expect(screen.getByRole('button', { name: 'Next step: Get weights' })).toBeTruthy();
});

it('is not shown without a project', () => {
  useSession.setState({ project: null });
  renderComponent(<ChecklistPanel />);
  expect(screen.queryByRole('region', { name: 'Checklist' })).toBeNull();
});
