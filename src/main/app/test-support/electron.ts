import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type * as Electron from 'electron';

// What Fovea uses of Electron's main process, for `vi.mock('electron', …)`. Every class implements a pick of Electron's
// own types, so a call that Electron does not have does not compile here either.

/** What was called, in order. */
export const calls: string[] = [];
const note = (call: string) => {
  calls.push(call);
};

/** An event of Electron: what follows it can be prevented. */
class StandInEvent {
  defaultPrevented = false;
  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

/** Emits an event as Electron does and answers whether a listener has prevented what would follow. */
export function prevents(emitter: EventEmitter, name: string, facts: object = {}): boolean {
  const event = Object.assign(new StandInEvent(), facts);
  emitter.emit(name, event);
  return event.defaultPrevented;
}

class StandInApp
  extends EventEmitter
  implements
    Pick<
      Electron.App,
      'setPath' | 'enableSandbox' | 'requestSingleInstanceLock' | 'whenReady' | 'isReady' | 'exit' | 'quit'
    >
{
  readonly commandLine = {
    appendSwitch: (name, value) => note(`switch ${name}${value === undefined ? '' : `=${value}`}`),
  } satisfies Pick<Electron.CommandLine, 'appendSwitch'>;
  #ready = false;
  /** False: another Fovea of this user runs already. */
  isFirst = true;
  readonly #whenReady = new Promise<void>((resolve) => {
    this.once('ready', () => {
      this.#ready = true;
      resolve();
    });
  });

  setPath = (name: string) => note(`app.setPath ${name}`);
  enableSandbox = () => note('app.enableSandbox');
  requestSingleInstanceLock = () => {
    note('app.requestSingleInstanceLock');
    return this.isFirst;
  };
  whenReady = () => this.#whenReady;
  isReady = () => this.#ready;
  /** Ends at once: no event, and no listener that could prevent it. */
  exit = (code = 0) => note(`app.exit ${code}`);
  /** Asks the listeners of `before-quit` first. */
  quit = () => {
    note('app.quit');
    if (!prevents(this, 'before-quit')) note('left without closing');
  };
}
export const app = new StandInApp();

type PageEvent = Pick<Electron.IpcMainInvokeEvent, 'sender' | 'senderFrame'>;
type Ask = (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown;

class StandInIpcMain implements Pick<Electron.IpcMain, 'handle'> {
  readonly #handlers = new Map<string, Ask>();
  handle = (channel: string, handler: Ask) => {
    note(`ipcMain.handle ${channel}`);
    this.#handlers.set(channel, handler);
  };
  /** As `ipcRenderer.invoke` of the page that `event` is of: arguments and answer are clones. */
  async ask(event: PageEvent, channel: string, ...args: unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    return structuredClone(await handler(event as Electron.IpcMainInvokeEvent, ...structuredClone(args)));
  }
}
export const ipcMain = new StandInIpcMain();

class StandInContents
  extends EventEmitter
  implements Pick<Electron.WebContents, 'send' | 'setWindowOpenHandler' | 'mainFrame'>
{
  readonly mainFrame = { url: 'fovea://app/' } as Electron.WebFrameMain;
  readonly sent: { readonly channel: string; readonly args: readonly unknown[] }[] = [];
  openWindow: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] = () => ({ action: 'allow' });
  send = (channel: string, ...args: unknown[]) => {
    this.sent.push({ channel, args: structuredClone(args) });
  };
  setWindowOpenHandler = (handler: StandInContents['openWindow']) => {
    this.openWindow = handler;
  };
  /** An event of a request from this page's main frame. */
  get asPage(): PageEvent {
    return { sender: this as unknown as Electron.WebContents, senderFrame: this.mainFrame };
  }
}

const windows: BrowserWindow[] = [];

export class BrowserWindow
  extends EventEmitter
  implements
    Pick<
      Electron.BrowserWindow,
      'show' | 'maximize' | 'isMaximized' | 'isMinimized' | 'restore' | 'focus' | 'getNormalBounds' | 'loadURL'
    >
{
  static getAllWindows = () => [...windows];
  static getFocusedWindow = () => windows[0] ?? null;

  readonly webContents = new StandInContents();
  readonly options: Electron.BrowserWindowConstructorOptions;
  minimized = false;
  bounds = { x: 40, y: 30, width: 1200, height: 800 };
  #maximized = false;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    note('new BrowserWindow');
    this.options = options;
    windows.push(this);
    app.emit('web-contents-created', new StandInEvent(), this.webContents);
  }
  show = () => note('window.show');
  maximize = () => {
    this.#maximized = true;
  };
  isMaximized = () => this.#maximized;
  isMinimized = () => this.minimized;
  restore = () => {
    this.minimized = false;
  };
  focus = () => note('window.focus');
  getNormalBounds = () => this.bounds;
  loadURL = async (address: string) => note(`window.loadURL ${address}`);
  /** As a person closes it. */
  close = () => {
    if (prevents(this, 'close')) return;
    windows.splice(windows.indexOf(this), 1);
    if (windows.length === 0) app.emit('window-all-closed');
  };
}

type BeforeRequest = (details: { readonly url: string }, answer: (response: Electron.CallbackResponse) => void) => void;

/** A session without guards: everything is granted, and the network is open. */
class StandInSession
  implements
    Pick<
      Electron.Session,
      | 'setPermissionRequestHandler'
      | 'setPermissionCheckHandler'
      | 'setDevicePermissionHandler'
      | 'setSpellCheckerEnabled'
    >
{
  /** What a page is granted that asks, and that looks whether it may. */
  asks = (_permission: string): boolean => true;
  checks = (_permission: string): boolean => true;
  /** Whether a page gets a device, such as one of USB. */
  device = (): boolean => true;
  /** Whether a request leaves the session. */
  reaches = (_url: string): boolean => true;

  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest) => {
      note('session.webRequest.onBeforeRequest');
      this.reaches = (url) => {
        let cancelled: boolean | undefined;
        listener({ url }, ({ cancel }) => {
          cancelled = cancel;
        });
        return cancelled !== true;
      };
    },
  };
  setPermissionRequestHandler: Electron.Session['setPermissionRequestHandler'] = (handler) => {
    note('session.setPermissionRequestHandler');
    this.asks = (permission) => {
      let answered = handler === null;
      const answer = (granted: boolean) => {
        answered = granted;
      };
      handler?.({} as Electron.WebContents, permission as 'media', answer, {} as Electron.PermissionRequest);
      return answered;
    };
  };
  setPermissionCheckHandler: Electron.Session['setPermissionCheckHandler'] = (handler) => {
    this.checks = (permission) => handler?.(null, permission as 'media', 'https://elsewhere', {} as never) ?? true;
  };
  setDevicePermissionHandler: Electron.Session['setDevicePermissionHandler'] = (handler) => {
    this.device = () => handler?.({} as Electron.DevicePermissionHandlerHandlerDetails) ?? true;
  };
  setSpellCheckerEnabled = (enabled: boolean) => note(`session.setSpellCheckerEnabled ${enabled}`);
}
export const session = { defaultSession: new StandInSession() };

/** What the scheme answers, as the page would have it. */
export const served = { answer: async (_request: Request): Promise<Response> => Response.error() };
export const protocol = {
  registerSchemesAsPrivileged: (schemes) => note(`protocol.register ${schemes.map(({ scheme }) => scheme).join()}`),
  handle: (scheme, handler) => {
    note(`protocol.handle ${scheme}`);
    served.answer = async (request) => handler(request) as Promise<Response>;
  },
} satisfies Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'>;

export const Menu = {
  buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => template,
  setApplicationMenu: () => note('Menu.setApplicationMenu'),
};

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] as Electron.Display[],
} satisfies Pick<Electron.Screen, 'getAllDisplays'>;

/** What a person chooses in the next dialogs; none = cancelled. */
export const chosen: string[] = [];
/** Options of the dialogs that were shown. */
export const dialogs: (Electron.OpenDialogOptions | Electron.SaveDialogOptions)[] = [];
const choose = <Options extends object>(options: readonly (Options | object)[]) => {
  dialogs.push(options.at(-1) as Options);
  return chosen.splice(0);
};
export const dialog = {
  showOpenDialog: async (...options: (object | Electron.OpenDialogOptions)[]) => {
    const filePaths = choose(options);
    return { canceled: filePaths.length === 0, filePaths };
  },
  showSaveDialog: async (...options: (object | Electron.SaveDialogOptions)[]) => {
    const [filePath = ''] = choose(options);
    return { canceled: filePath === '', filePath };
  },
  showErrorBox: (title: string) => note(`dialog.showErrorBox ${title}`),
} satisfies Pick<Electron.Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showErrorBox'>;

class StandInUtilityProcess
  extends EventEmitter
  implements Pick<Electron.UtilityProcess, 'postMessage' | 'kill' | 'pid'>
{
  readonly #child: ChildProcess;
  constructor(child: ChildProcess) {
    super();
    this.#child = child;
    child.on('message', (message) => this.emit('message', message));
    child.once('exit', (code) => this.emit('exit', code ?? 0));
  }
  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }
  postMessage = (message: unknown) => {
    if (this.#child.connected) this.#child.send(message as object);
  };
  kill = () => this.#child.kill();
}

/** Names of the processes that were started. */
export const started: string[] = [];
/** Processes of Node, over whose channel Fovea's hosts answer as well. */
export const utilityProcess = {
  fork: (entry: string, args: string[] = [], options: Electron.ForkOptions = {}) => {
    started.push(options.serviceName ?? 'a process without a name');
    const child = fork(entry, args, {
      serialization: 'advanced',
      execArgv: options.execArgv ?? [],
      env: options.env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new StandInUtilityProcess(child);
  },
};
