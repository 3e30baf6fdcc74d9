// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { Job } from '#shared/ipc/contract';
import type { ProjectSummary } from '#shared/models/project';
import { recordJob } from '../../state/activity';
import { useSession } from '../../state/session';
import { main } from '../../test-support/fake-bridge';
import { renderComponent } from '../../test-support/render-component';
import { ActivityPanel } from './activity-panel';

vi.mock('../../bridge/bridge', () => import('../../test-support/fake-bridge'));

const job = (id: string, name: Job['name'], project: string | null): Job => ({
  id,
  name,
  subject: { project, run: null, split: null },
  state: 'running',
  progress: { kind: 'starting' },
  error: null,
});

it('names the project of a job where another one is open, and cancels the job', async () => {
  const projects = [
    { id: 'here', name: 'Breast' },
    { id: 'there', name: 'Lung' },
  ] as ProjectSummary[];
  useSession.setState({ project: projects[0] as ProjectSummary });
  main.answer('projects.list', { recent: projects });
  main.answer('jobs.cancel', {});
  recordJob(job('own', 'dataset.import', 'here'));
  recordJob(job('other', 'confounders.scan', 'there'));
  recordJob(job('none', 'backbones.download', null));
  const { user } = renderComponent(<ActivityPanel />);
  expect((await screen.findAllByText(/^in /)).map(({ textContent }) => textContent)).toEqual(['in Lung']);
  const cancels = within(screen.getByLabelText('Running jobs')).getAllByRole('button', { name: /^Cancel: / });
  await user.click(cancels[1] as HTMLElement);
  expect(main.asked('jobs.cancel')).toEqual([{ job: 'other' }]);
});
