// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '#shared/ipc/contract';
import { importOptionsSchema } from '#shared/models/dataset';
import { recordJob, useActivity } from '../../../state/activity';
import { useDropped } from '../../../state/dropped';
import { useSession } from '../../../state/session';
import { useToasts } from '../../../state/toasts';
import { type RenderedHook, renderHook } from '../../../test-support/render-hook';
import { type ImportFlow, useImportFlow } from './import-flow';

const main = vi.hoisted(() => ({ invoke: vi.fn(), pickFolder: vi.fn(), pickFiles: vi.fn() }));
vi.mock('../../../bridge/bridge', () => ({
  invoke: main.invoke,
  on: () => () => {},
  onConnection: () => () => {},
  platform: { pickFolder: main.pickFolder, pickFiles: main.pickFiles },
}));

const scans = { grant: 'g1', name: 'scans' };
const table = { grant: 'g2', name: 'labels.csv' };
const options = importOptionsSchema.parse({});
const result = { added: 3, skipped: [] };
const job = (state: Job['state']): Job => ({
  id: 'j',
  name: 'dataset.import',
  subject: { project: 'p', run: null, split: null },
  state,
  progress: { kind: 'starting' },
  error: null,
});

/** A promise that the test resolves or rejects. */
function deferred<Value>() {
  let resolve = (_value: Value) => {};
  let reject = (_error: unknown) => {};
  const promise = new Promise<Value>((good, bad) => {
    resolve = good;
    reject = bad;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

let answers: Record<string, () => unknown>;
let flow: RenderedHook<ImportFlow>;
const asked = (name: string) => main.invoke.mock.calls.filter(([asked]) => asked === name).map(([, input]) => input);

beforeEach(async () => {
  useActivity.setState({ jobs: {}, runs: {} });
  useDropped.setState({ dropped: null });
  useToasts.setState({ toasts: [] });
  answers = {
    'dataset.scan': () => ({ id: 'plan 1' }),
    'dataset.import': () => ({ job: 'j' }),
    'jobs.list': () => ({ jobs: [] }),
    'jobs.result': () => result,
    'jobs.cancel': () => ({}),
  };
  main.invoke.mockReset().mockImplementation(async (name: string) => answers[name]?.());
  main.pickFolder.mockReset().mockResolvedValue(scans);
  main.pickFiles.mockReset().mockResolvedValue(null);
  flow = await renderHook(() => useImportFlow('p'));
});
afterEach(() => flow.unmount());

/** Drops files on the window; the test ends the upload. */
async function drop() {
  const grants = deferred<readonly (typeof scans)[]>();
  const cancel = vi.fn();
  let progress = (_: { done: number; total: number; files: number }) => {};
  const onProgress = (listener: typeof progress) => {
    progress = listener;
  };
  await flow.act(() => useDropped.setState({ dropped: { grants: grants.promise, onProgress, cancel } }));
  return { grants, cancel, progress: (given: Parameters<typeof progress>[0]) => flow.act(() => progress(given)) };
}

describe('an import', () => {
  it('goes from a chosen folder through the plan to its result', async () => {
    const scan = deferred<object>();
    answers['dataset.scan'] = () => scan.promise;
    await flow.act(() => void flow.current.addFolder());
    expect(flow.current.stage).toEqual({ kind: 'scanning', names: ['scans'] });
    expect(asked('dataset.scan')).toEqual([{ project: 'p', grants: ['g1'] }]);
    await flow.act(() => scan.resolve({ id: 'plan 1' }));
    expect(flow.current.stage).toEqual({ kind: 'plan', plan: { id: 'plan 1' } });
    await flow.act(() => flow.current.start(options, table));
    expect(flow.current.stage).toEqual({ kind: 'importing', job: 'j' });
    expect(asked('dataset.import')).toEqual([{ project: 'p', plan: 'plan 1', options, labels: 'g2' }]);
    await flow.act(() => recordJob(job('done')));
    expect(flow.current.stage).toEqual({ kind: 'result', result });
  });

  it('starts once on a double click', async () => {
    await flow.act(() => void flow.current.addFolder());
    await flow.act(() => {
      flow.current.start(options, null);
      flow.current.start(options, null);
    });
    expect(asked('dataset.import')).toHaveLength(1);
  });

  it('does nothing if nothing was chosen', async () => {
    await flow.act(() => void flow.current.addFiles());
    expect(flow.current.stage).toEqual({ kind: 'idle' });
    main.pickFiles.mockResolvedValue([]);
    await flow.act(() => void flow.current.addFiles());
    expect(flow.current.stage).toEqual({ kind: 'idle' });
    expect(asked('dataset.scan')).toEqual([]);
  });

  it('shows why files could not be read, or why the import did not start or finish', async () => {
    answers['dataset.scan'] = () => Promise.reject(new Error('no scan'));
    await flow.act(() => void flow.current.addFolder());
    expect(flow.current.stage).toMatchObject({ kind: 'failed', error: { message: 'no scan' } });
    answers['dataset.scan'] = () => ({ id: 'plan 2' });
    answers['dataset.import'] = () => Promise.reject(new Error('no start'));
    await flow.act(() => void flow.current.addFolder());
    await flow.act(() => flow.current.start(options, null));
    expect(flow.current.stage).toMatchObject({ kind: 'failed', error: { message: 'no start' } });
    answers['dataset.import'] = () => ({ job: 'j' });
    answers['dataset.scan'] = () => ({ id: 'plan 3' });
    await flow.act(() => void flow.current.addFolder());
    await flow.act(() => flow.current.start(options, null));
    const error = { code: 'disk_full', message: 'The disk is full.', hint: null };
    await flow.act(() => recordJob({ ...job('failed'), error }));
    expect(flow.current.stage).toMatchObject({ kind: 'failed', error });
  });

  it('can be cancelled, and shows what it had done, or nothing if it had not begun', async () => {
    await flow.act(() => void flow.current.addFolder());
    await flow.act(() => flow.current.cancelImport());
    expect(asked('jobs.cancel')).toEqual([]);
    await flow.act(() => flow.current.start(options, null));
    await flow.act(() => flow.current.cancelImport());
    expect(asked('jobs.cancel')).toEqual([{ job: 'j' }]);
    answers['jobs.result'] = () => Promise.reject(new Error('cancelled'));
    await flow.act(() => recordJob(job('cancelled')));
    expect(flow.current.stage).toEqual({ kind: 'idle' });
  });
});

describe('dropped files', () => {
  it('are handled once, followed during upload, and scanned', async () => {
    const files = await drop();
    expect(useDropped.getState().dropped).toBeNull();
    expect(flow.current.stage).toEqual({ kind: 'uploading', progress: null });
    await files.progress({ done: 1, total: 2, files: 1 });
    expect(flow.current.stage).toEqual({ kind: 'uploading', progress: { done: 1, total: 2, files: 1 } });
    await flow.act(() => files.grants.resolve([scans]));
    expect(flow.current.stage).toMatchObject({ kind: 'plan' });
  });

  it('report a failed upload', async () => {
    const files = await drop();
    await flow.act(() => files.grants.reject(new Error('no room')));
    expect(flow.current.stage).toMatchObject({ kind: 'failed', error: { message: 'no room' } });
  });
});

describe('a closed dialog', () => {
  it('does not reopen for an upload, grant, scan or error that was under way', async () => {
    const files = await drop();
    await flow.act(() => flow.current.close());
    expect(files.cancel).toHaveBeenCalledOnce();
    await files.progress({ done: 2, total: 2, files: 2 });
    // The upload had ended before it could be cancelled.
    await flow.act(() => files.grants.resolve([scans]));
    expect(flow.current.stage).toEqual({ kind: 'idle' });
    expect(asked('dataset.scan')).toEqual([]);

    const scan = deferred<object>();
    answers['dataset.scan'] = () => scan.promise;
    await flow.act(() => void flow.current.addFolder());
    await flow.act(() => flow.current.close());
    await flow.act(() => scan.reject(new Error('late')));
    expect(flow.current.stage).toEqual({ kind: 'idle' });
  });

  it('lets the import continue, and a message leads to its result', async () => {
    await flow.act(() => void flow.current.addFolder());
    await flow.act(() => flow.current.start(options, null));
    await flow.act(() => flow.current.close());
    await flow.act(() => recordJob(job('done')));
    expect(flow.current.stage).toEqual({ kind: 'idle' });
    const [toast] = useToasts.getState().toasts;
    expect(toast).toMatchObject({ kind: 'success', message: 'Import finished: 3 images added, 0 skipped' });
    useSession.setState({ screen: 'train' });
    await flow.act(() => toast?.action?.run());
    expect(useSession.getState().screen).toBe('data');
    expect(flow.current.stage).toEqual({ kind: 'result', result });
  });

  it('reports in a message that its import failed', async () => {
    await flow.act(() => void flow.current.addFolder());
    await flow.act(() => flow.current.start(options, null));
    await flow.act(() => flow.current.close());
    const error = { code: 'disk_full', message: 'The disk is full.', hint: null };
    await flow.act(() => recordJob({ ...job('failed'), error }));
    expect(useToasts.getState().toasts).toMatchObject([{ kind: 'error', message: 'The disk is full.' }]);
  });
});
