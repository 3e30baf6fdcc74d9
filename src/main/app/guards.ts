import { app, type Session, session } from 'electron';
import { isOwnAddress } from './origin';

/**
 * What a page may never do, whatever it was tricked into: ask for a permission, leave our origin, open a window, embed
 * a foreign page, or reach the network.
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
 * Before the app is ready: keeps Chromium off the network where no page asks for anything, such as looking for a proxy
 * by the name `wpad`. A download of a checkpoint, which a user starts, goes through Node and not through here.
 */
export function stayOffline(): void {
  app.commandLine.appendSwitch('disable-background-networking');
  app.commandLine.appendSwitch('no-proxy-server');
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
}

/** Electron grants every permission unless it is told not to. */
export function guardSession(guarded: Session = session.defaultSession): void {
  guarded.setPermissionRequestHandler((_contents, permission, answer) => answer(isHarmless(permission)));
  guarded.setPermissionCheckHandler((_contents, permission) => isHarmless(permission));
  guarded.setDevicePermissionHandler(() => false);
  guarded.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isLocal(details.url) }));
  guarded.setSpellCheckerEnabled(false);
}

/** Copying a table or a chart to the clipboard, at a click. */
const isHarmless = (permission: string) => permission === 'clipboard-sanitized-write';

/** `blob:` and `data:` hold what the page made itself. */
const isLocal = (url: string) => isOwnAddress(url) || /^(?:blob:fovea:\/\/app\/|data:|devtools:)/.test(url);
