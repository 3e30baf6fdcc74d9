import { app, BrowserWindow, dialog } from 'electron';
import { createPick } from './app/dialogs';
import { guardSession, installGuards, stayOffline } from './app/guards';
import { installMenu } from './app/menu';
import { registerScheme, serveScheme } from './app/protocol';
import { installTransport } from './app/transport';
import { launchUtility } from './app/utility-launcher';
import { openWindow } from './app/window';
import { createDispatch } from './ipc/handle';
import { createHandlers } from './ipc/handlers';
import { desktopPlatform } from './ipc/handlers/platform';
import { createResources } from './ipc/resources';
import { createLog } from './services/core/logger';
import { findPlaces, readVersion } from './services/core/places';
import { createServices, type Services } from './services/services';

/** The desktop application: one instance and one window over the services that the command line shares. */
const places = findPlaces(import.meta.dirname);
const log = createLog(places.userDataFolder);
let closing: Promise<void> | null = null;

app.setPath('userData', places.userDataFolder);
app.enableSandbox();
stayOffline();
registerScheme();
installGuards();
process.on('uncaughtException', (error) => log.failure('uncaught', error));
process.on('unhandledRejection', (error) => log.failure('unhandled', error));

if (app.requestSingleInstanceLock()) start();
else app.quit();

function start(): void {
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
  });
  app.whenReady().then(open).catch(failToStart);
}

function open(): void {
  const services = createServices({
    places,
    version: readVersion(import.meta.dirname),
    log,
    launcher: launchUtility,
  });
  const handlers = createHandlers(services, 'desktop', desktopPlatform(createPick(services.grants)));
  guardSession();
  serveScheme(createResources(services.resources, log), places.rendererFolder);
  installTransport(createDispatch(handlers, { log, events: services.events }), services.events, services.grants);
  installMenu(process.platform);
  const show = () => openWindow({ preload: places.preload, userDataFolder: places.userDataFolder });
  show();
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0 && closing === null) show();
  });
  closeBeforeQuit(services);
}

/** Shows the failure and exits: without a window the process would stay invisible and block the next start. */
function failToStart(error: unknown): void {
  log.failure('start', error);
  dialog.showErrorBox(
    'Fovea could not start',
    'Start it again. If that does not help, reinstall it: your projects stay.',
  );
  app.exit(1);
}

/**
 * Quits only after the training run has saved its checkpoint and the projects are closed, even if a quit is requested
 * again meanwhile. `app.exit` does not emit `before-quit`.
 */
function closeBeforeQuit(services: Services): void {
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    event.preventDefault();
    closing ??= services
      .close()
      .catch((error: unknown) => log.failure('close', error))
      .then(() => {
        log.close();
        app.exit();
      });
  });
}
