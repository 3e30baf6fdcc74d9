// @vitest-environment happy-dom
import { act, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { Job } from '#shared/ipc/contract';
import type { RunSummary } from '#shared/models/run';
import { recordJob } from '../../state/activity';
import { useToasts } from '../../state/toasts';
import { main } from '../../test-support/fake-bridge';
import { renderComponent } from '../../test-support/render-component';
import { ReportDialog } from './report-dialog';
import { useReport } from './use-report';

vi.mock('../../bridge/bridge', () => import('../../test-support/fake-bridge'));

const run = { id: 'r', name: 'First try' } as RunSummary;

function Screen() {
  const report = useReport({ project: 'p', run: run.id, split: 'test' });
  return (
    <>
      <button type="button" onClick={report.open}>
        Open
      </button>
      <ReportDialog report={report} run={run} split="test" />
    </>
  );
}

const announce = (more: Partial<Job>) =>
  act(async () =>
    recordJob({
      id: 'j',
      name: 'evaluations.report',
      subject: { project: 'p', run: 'r', split: 'test' },
      state: 'running',
      progress: { kind: 'waiting', behind: ['training'] },
      error: null,
      ...more,
    }),
  );

it('shows the progress of the report, then its page', async () => {
  main.answer('evaluations.report', { job: 'j' });
  main.answer('jobs.list', { jobs: [] });
  main.answer('jobs.result', () => ({ resource: 'page', file: '/report-test.html' }));
  const { user } = renderComponent(<Screen />);
  await user.click(screen.getByRole('button', { name: 'Open' }));
  await announce({});
  await screen.findByText(/^Waiting for a training run/);
  expect(screen.queryByTitle('Evaluation report')).toBeNull();
  await announce({ state: 'done' });
  const page = await screen.findByTitle<HTMLIFrameElement>('Evaluation report');
  expect(page.getAttribute('src')).toContain('/report/page');
  expect(main.asked('evaluations.report')).toEqual([{ project: 'p', run: 'r', split: 'test' }]);
});

it('offers to create the report again after it was cancelled', async () => {
  main.answer('evaluations.report', { job: 'j' });
  main.answer('jobs.list', { jobs: [] });
  main.answer('jobs.cancel', {});
  main.answer('jobs.result', () => {
    throw new Error('cancelled');
  });
  const { user } = renderComponent(<Screen />);
  await user.click(screen.getByRole('button', { name: 'Open' }));
  await announce({});
  await user.click(await screen.findByRole('button', { name: /Cancel/ }));
  expect(main.asked('jobs.cancel')).toEqual([{ job: 'j' }]);
  await announce({ state: 'cancelled' });
  await screen.findByRole('button', { name: 'Create report' });
  expect(main.asked('evaluations.report')).toHaveLength(1);
});

it('confirms that the page was saved, or says why it was not', async () => {
  const response = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('', { status: 404 }));
  const saved = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockReturnValue();
  main.answer('evaluations.report', { job: 'j' });
  main.answer('jobs.list', { jobs: [] });
  main.answer('jobs.result', () => ({ resource: 'page', file: '/report-test.html' }));
  const { user } = renderComponent(<Screen />);
  await user.click(screen.getByRole('button', { name: 'Open' }));
  await announce({ state: 'done' });
  const save = await screen.findByRole('button', { name: 'Save report' });
  await user.click(save);
  expect(useToasts.getState().toasts).toMatchObject([{ message: 'The report is no longer available.' }]);
  expect(saved).not.toHaveBeenCalled();
  response.mockResolvedValue(new Response('<html></html>'));
  await user.click(save);
  await screen.findByText('Saved as first-try-test-report.html');
  expect(saved.mock.contexts).toMatchObject([{ download: 'first-try-test-report.html' }]);
  expect(useToasts.getState().toasts.at(-1)).toMatchObject({ message: 'Saved as first-try-test-report.html' });
  vi.restoreAllMocks();
});
