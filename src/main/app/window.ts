import { join } from 'node:path';
import { BrowserWindow, screen } from 'electron';
import { ORIGIN } from './origin';
import { DEFAULT_SIZE, fitBounds, loadBounds, storeBounds } from './window-bounds';

export interface WindowOptions {
  readonly preload: string;
  readonly userDataFolder: string;
}

/** Opens the only window: sandboxed, isolated, without Node, at its last position. */
export function openWindow({ preload, userDataFolder }: WindowOptions): BrowserWindow {
  const file = join(userDataFolder, 'window.json');
  const stored = loadBounds(file);
  const bounds =
    stored === null
      ? null
      : fitBounds(
          stored,
          screen.getAllDisplays().map(({ workArea }) => workArea),
        );
  const { maximized, ...place } = bounds ?? { maximized: false };
  const window = new BrowserWindow({
    ...DEFAULT_SIZE,
    ...place,
    title: 'Fovea',
    // The dark theme's background, so that the window does not flash white before its first paint.
    backgroundColor: '#101418',
    show: false,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => storeBounds(file, { ...window.getNormalBounds(), maximized: window.isMaximized() }));
  void window.loadURL(`${ORIGIN}/`);
  return window;
}
