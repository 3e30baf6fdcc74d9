import './configure-zod';
import { createElectronBridge } from './electron';
import type { Bridge } from './types';
import { createWebBridge } from './web';

/**
 * The window's only access to the rest of Fovea: over Electron's IPC on the desktop, over HTTP in web mode, with the
 * same interface. Nothing else in the renderer uses `window.fovea` or the server's addresses.
 */
const bridge: Bridge = window.fovea === undefined ? createWebBridge() : createElectronBridge(window.fovea);

export const invoke: Bridge['invoke'] = bridge.invoke;
export const on: Bridge['on'] = bridge.on;
export const onConnection: Bridge['onConnection'] = bridge.onConnection;
export const resourceUrl: Bridge['resourceUrl'] = bridge.resourceUrl;
export const platform: Bridge['platform'] = bridge.platform;

export type {
  Bridge,
  ConnectionState,
  Grant,
  GrantDroppedOptions,
  PickRequest,
  Platform,
  UploadProgress,
  WebPicker,
} from './types';
