import { app, type Session, session } from 'electron';
import { isOwnAddress } from './origin';

/**
 * Prevents every page, even a compromised one, from leaving our origin, opening windows and embedding foreign pages.
 * `guardSession` covers permissions and the network.
 */
export function installGuards(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => {
      if (!isOwnAddress(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

/**
 * Call before the app is ready. Disables Chromium's own network access, such as the proxy lookup by the name `wpad`.
 * Checkpoint downloads, which the user starts, go through Node and are unaffected.
 */
export function stayOffline(): void {
  app.commandLine.appendSwitch('disable-background-networking');
  app.commandLine.appendSwitch('no-proxy-server');
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
}

/** Denies permissions, devices and remote addresses; by default Electron grants every permission. */
export function guardSession(guarded: Session = session.defaultSession): void {
  guarded.setPermissionRequestHandler((_contents, permission, callback) => callback(isHarmless(permission)));
  guarded.setPermissionCheckHandler((_contents, permission) => isHarmless(permission));
  guarded.setDevicePermissionHandler(() => false);
  guarded.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !isLocal(details.url) }));
  guarded.setSpellCheckerEnabled(false);
}

/** Copying a table or chart to the clipboard on a click. */
const isHarmless = (permission: string) => permission === 'clipboard-sanitized-write';

/** `blob:` and `data:` hold content that the page created itself. */
const isLocal = (url: string) => isOwnAddress(url) || /^(?:blob:fovea:\/\/app\/|data:|devtools:)/.test(url);
