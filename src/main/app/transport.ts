import { isAbsolute } from 'node:path';
import { BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { z } from 'zod';
import { ipcChannels } from '#shared/ipc/channels';
import type { Dispatch } from '../ipc/handle';
import type { Events } from '../services/core/events';
import type { Grants } from '../services/core/grants';
import { isOwnAddress } from './origin';

const pathsSchema = z.array(z.string().min(1).refine(isAbsolute)).max(10_000);

/**
 * Electron's side of the contract: accepts requests from our own page's main frame only and sends events to every
 * window.
 */
export function installTransport(dispatch: Dispatch, events: Events, grants: Grants): void {
  ipcMain.handle(ipcChannels.invoke, (event, name: unknown, input: unknown) => {
    checkSender(event);
    return dispatch(String(name), input);
  });
  ipcMain.handle(ipcChannels.grantPaths, (event, paths: unknown) => {
    checkSender(event);
    return pathsSchema.parse(paths).map((path) => grants.add(path));
  });
  events.onAny((name, payload) => {
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send(ipcChannels.event, name, payload);
  });
}

/** Refuses frames, such as a report's, and foreign pages. */
function checkSender({ senderFrame, sender }: IpcMainInvokeEvent): void {
  const isOurs = senderFrame !== null && senderFrame === sender.mainFrame && isOwnAddress(senderFrame.url);
  if (!isOurs) throw new Error('refused');
}
