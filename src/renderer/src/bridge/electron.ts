import type { EventName, EventPayload, RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract';
import type { FoveaPreload, Grant } from '#shared/ipc/preload';
import { openAnswer } from './answer';
import type { Bridge, PickRequest } from './types';

declare global {
  interface Window {
    /** Set by the preload, on the desktop only. */
    readonly fovea?: FoveaPreload<File>;
  }
}

export function createElectronBridge(preload: FoveaPreload<File>): Bridge {
  const invoke = async <K extends RequestName>(name: K, input: RequestInput<K>): Promise<RequestOutput<K>> =>
    openAnswer(await preload.invoke(name, input)) as RequestOutput<K>;

  const pick = async (request: PickRequest): Promise<readonly Grant[] | null> =>
    (await invoke('platform.pick', request))?.grants ?? null;

  return {
    invoke,
    on: <K extends EventName>(event: K, listener: (payload: EventPayload<K>) => void) =>
      preload.on(event, (payload) => listener(payload as EventPayload<K>)),
    // Electron's IPC lives as long as the window.
    onConnection: () => () => undefined,
    resourceUrl: (path) => path,
    platform: {
      mode: 'desktop',
      pickFolder: async ({ title }) => (await pick({ kind: 'folder', title }))?.[0] ?? null,
      pickFiles: ({ title }) => pick({ kind: 'files', title }),
      grantDropped: (dropped) =>
        preload.grantFiles(dropped instanceof DataTransfer ? Array.from(dropped.files) : dropped),
      setWebPicker: () => undefined,
    },
  };
}
