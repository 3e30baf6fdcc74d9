import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import { ipcChannels } from '#shared/ipc/channels';
import type { ErrorInfo } from '#shared/ipc/errors';
import type { FoveaPreload, Grant } from '#shared/ipc/preload';

// The only file that uses `ipcRenderer` and `contextBridge`. A page can reach the three functions below, with names of
// the contract only; main validates everything that it sends.

const known = new Set<string>(REQUEST_NAMES);
const knownEvents = new Set<string>(EVENT_NAMES);

const refused = (code: string, message: string): { ok: false; error: ErrorInfo } => ({
  ok: false,
  error: { code, message, hint: null },
});

const api: FoveaPreload<File> = {
  invoke: (name, input) =>
    known.has(name)
      ? ipcRenderer.invoke(ipcChannels.invoke, name, input)
      : Promise.resolve(refused('unknown_request', 'Fovea has no such request.')),
  on: (event, listener) => {
    if (!knownEvents.has(event)) throw new Error('Fovea has no such event.');
    const forward = (_: IpcRendererEvent, name: string, payload: unknown) => {
      if (name === event) listener(payload);
    };
    ipcRenderer.on(ipcChannels.event, forward);
    return () => {
      ipcRenderer.off(ipcChannels.event, forward);
    };
  },
  grantFiles: (files) => {
    // A File created by a script has no path and is left out.
    const paths = files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '');
    return ipcRenderer.invoke(ipcChannels.grantPaths, paths) as Promise<readonly Grant[]>;
  },
};

contextBridge.exposeInMainWorld('fovea', api);
