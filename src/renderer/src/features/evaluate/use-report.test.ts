// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Job } from '#shared/ipc/contract';
import { recordJob, useActivity } from '../../state/activity';
import { type RenderedHook, renderHook } from '../../test-support/render-hook';
import { type ReportState, useReport } from './use-report';

const bridge = vi.hoisted(() => ({ invoke: vi.fn() }));
vi.mock('../../bridge/bridge', () => ({ ...bridge, on: () => () => {}, onConnection: () => () => {} }));

const target = { project: 'p', run: 'r', split: 'test' as const };
const job = (more: Partial<Job> = {}): Job => ({
  id: 'j',
  name: 'evaluations.report',
  subject: target,
  state: 'running',
  progress: { kind: 'starting' },
  error: null,
  ...more,
});
const created = () => bridge.invoke.mock.calls.filter(([name]) => name === 'evaluations.report').length;

let report: RenderedHook<ReportState>;
beforeEach(async () => {
  useActivity.setState({ jobs: {}, runs: {} });
  bridge.invoke.mockReset().mockImplementation(async (name: string) => {
    if (name === 'evaluations.report') return { job: 'j' };
    if (name === 'jobs.list') return { jobs: [] };
    return name === 'jobs.result' ? { resource: 'page', file: '/report-test.html' } : {};
  });
  report = await renderHook(() => useReport(target));
});
afterEach(() => report.unmount());
const announce = (more: Partial<Job> = {}) => report.act(() => recordJob(job(more)));

it('creates a report when opened, and again when reopened', async () => {
  expect(created()).toBe(0);
  await report.act(() => report.current.open());
  expect(report.current).toMatchObject({ opened: true, running: true, result: null });
  await announce({ state: 'done' });
  expect(report.current).toMatchObject({ running: false, result: { resource: 'page' } });
  await report.act(() => report.current.close());
  useActivity.setState({ jobs: {} });
  await report.act(() => report.current.open());
  expect(report.current).toMatchObject({ opened: true, running: true, result: null });
  expect(created()).toBe(2);
});

it('stays without a report after a cancellation, until a person creates one', async () => {
  await report.act(() => report.current.open());
  await announce();
  bridge.invoke.mockImplementation(async (name: string) => {
    if (name === 'jobs.result') throw new Error('cancelled');
    return name === 'evaluations.report' ? { job: 'k' } : { jobs: [] };
  });
  await report.act(() => report.current.cancel());
  await announce({ state: 'cancelled' });
  expect(report.current).toMatchObject({ opened: true, running: false, result: null, error: null });
  await report.act(() => report.current.create());
  expect(created()).toBe(2);
});
