// @vitest-environment happy-dom
import { expect, it, vi } from 'vitest';
import type { FoveaPreload } from '#shared/ipc/preload';
import { createElectronBridge } from './electron';

function setUp() {
  const preload = {
    invoke: vi.fn<FoveaPreload<File>['invoke']>(),
    on: vi.fn<FoveaPreload<File>['on']>(() => () => {}),
    grantFiles: vi.fn<FoveaPreload<File>['grantFiles']>(async (files) =>
      files.map(({ name }) => ({ grant: `grant of ${name}`, name })),
    ),
  };
  return { preload, bridge: createElectronBridge(preload) };
}

it('unwraps the value of an envelope, and throws its error', async () => {
  const { preload, bridge } = setUp();
  preload.invoke.mockResolvedValueOnce({ ok: true, value: { runs: [] } });
  expect(await bridge.invoke('runs.list', { project: 'p' })).toEqual({ runs: [] });
  expect(preload.invoke).toHaveBeenCalledWith('runs.list', { project: 'p' });
  const error = { code: 'grant_unknown', message: 'Choose it again.', hint: null };
  preload.invoke.mockResolvedValueOnce({ ok: false, error });
  await expect(bridge.invoke('projects.open', { grant: 'g' })).rejects.toMatchObject(error);
});

it('forwards the events of main until unsubscribed', () => {
  const { preload, bridge } = setUp();
  const end = vi.fn();
  preload.on.mockReturnValueOnce(end);
  const heard: unknown[] = [];
  const given = bridge.on('changed', (payload) => heard.push(payload));
  preload.on.mock.calls[0]?.[1]({ project: 'p', topics: [] });
  expect(heard).toEqual([{ project: 'p', topics: [] }]);
  given();
  expect(end).toHaveBeenCalledOnce();
});

it('opens native dialogs: one folder, many files, or nothing', async () => {
  const { preload, bridge } = setUp();
  const grants = [
    { grant: '1', name: 'a' },
    { grant: '2', name: 'b' },
  ];
  preload.invoke.mockResolvedValue({ ok: true, value: { grants } });
  expect(await bridge.platform.pickFolder({ title: 'Open' })).toEqual(grants[0]);
  expect(await bridge.platform.pickFiles({ title: 'Add' })).toEqual(grants);
  expect(preload.invoke.mock.calls).toEqual([
    ['platform.pick', { kind: 'folder', title: 'Open' }],
    ['platform.pick', { kind: 'files', title: 'Add' }],
  ]);
  preload.invoke.mockResolvedValue({ ok: true, value: null });
  expect(await bridge.platform.pickFolder({ title: 'Open' })).toBeNull();
  expect(await bridge.platform.pickFiles({ title: 'Add' })).toBeNull();
});

it('asks the preload for paths of dropped files, folders as one entry, without a copy', async () => {
  const { preload, bridge } = setUp();
  const files = [new File(['x'], 'scans'), new File(['y'], 'a.dcm')];
  const dropped = new DataTransfer();
  Object.defineProperty(dropped, 'files', { value: files });
  expect(await bridge.platform.grantDropped(dropped)).toHaveLength(2);
  expect(await bridge.platform.grantDropped(files)).toHaveLength(2);
  expect(preload.grantFiles.mock.calls).toEqual([[files], [files]]);
});
