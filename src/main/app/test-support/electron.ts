import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type * as Electron from 'electron';

// The subset of Electron's main process that Fovea uses, for `vi.mock('electron', …)`. Every class implements a pick of
// Electron's own types, so a call that Electron does not have does not compile here either.

/** Calls in order. */
export const calls: string[] = [];
const note = (call: string) => {
  calls.push(call);
};

/** An Electron event whose default action can be prevented. */
class FakeEvent {
  defaultPrevented = false;
  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

/** Emits an event as Electron does and returns whether a listener prevented its default action. */
export function prevents(emitter: EventEmitter, name: string, facts: object = {}): boolean {
  const event = Object.assign(new FakeEvent(), facts);
  emitter.emit(name, event);
  return event.defaultPrevented;
}

class FakeApp
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
  /** False: another instance of this user's Fovea is running. */
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
  /** Exits at once, without events, so that no listener can prevent it. */
  exit = (code = 0) => note(`app.exit ${code}`);
  /** Emits `before-quit` first. */
  quit = () => {
    note('app.quit');
    if (!prevents(this, 'before-quit')) note('left without closing');
  };
}
export const app = new FakeApp();

type PageEvent = Pick<Electron.IpcMainInvokeEvent, 'sender' | 'senderFrame'>;
type InvokeHandler = (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown;

class FakeIpcMain implements Pick<Electron.IpcMain, 'handle'> {
  readonly #handlers = new Map<string, InvokeHandler>();
  handle = (channel: string, handler: InvokeHandler) => {
    note(`ipcMain.handle ${channel}`);
    this.#handlers.set(channel, handler);
  };
  /** Acts like `ipcRenderer.invoke` in the page that sent `event`: arguments and result are cloned. */
  async invoke(event: PageEvent, channel: string, ...args: unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    return structuredClone(await handler(event as Electron.IpcMainInvokeEvent, ...structuredClone(args)));
  }
}
export const ipcMain = new FakeIpcMain();

class FakeContents
  extends EventEmitter
  implements Pick<Electron.WebContents, 'send' | 'setWindowOpenHandler' | 'mainFrame'>
{
  readonly mainFrame = { url: 'fovea://app/' } as Electron.WebFrameMain;
  readonly sent: { readonly channel: string; readonly args: readonly unknown[] }[] = [];
  openWindow: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] = () => ({ action: 'allow' });
  send = (channel: string, ...args: unknown[]) => {
    this.sent.push({ channel, args: structuredClone(args) });
  };
  setWindowOpenHandler = (handler: FakeContents['openWindow']) => {
    this.openWindow = handler;
  };
  /** The event of a request from this page's main frame. */
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

  readonly webContents = new FakeContents();
  readonly options: Electron.BrowserWindowConstructorOptions;
  minimized = false;
  bounds = { x: 40, y: 30, width: 1200, height: 800 };
  #maximized = false;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    note('new BrowserWindow');
    this.options = options;
    windows.push(this);
    app.emit('web-contents-created', new FakeEvent(), this.webContents);
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
  /** Closes the window as a person does. */
  close = () => {
    if (prevents(this, 'close')) return;
    windows.splice(windows.indexOf(this), 1);
    if (windows.length === 0) app.emit('window-all-closed');
  };
}

type BeforeRequest = (details: { readonly url: string }, answer: (response: Electron.CallbackResponse) => void) => void;

/** A session without guards: every permission is granted, and the network is open. */
class FakeSession
  implements
    Pick<
      Electron.Session,
      | 'setPermissionRequestHandler'
      | 'setPermissionCheckHandler'
      | 'setDevicePermissionHandler'
      | 'setSpellCheckerEnabled'
    >
{
  /** The handlers' results for permission requests and checks. */
  requestHandler = (_permission: string): boolean => true;
  checkHandler = (_permission: string): boolean => true;
  /** Whether a page gets a device, such as a USB device. */
  device = (): boolean => true;
  /** Whether a request may leave the session. */
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
    this.requestHandler = (permission) => {
      let answered = handler === null;
      const answer = (granted: boolean) => {
        answered = granted;
      };
      handler?.({} as Electron.WebContents, permission as 'media', answer, {} as Electron.PermissionRequest);
      return answered;
    };
  };
  setPermissionCheckHandler: Electron.Session['setPermissionCheckHandler'] = (handler) => {
    this.checkHandler = (permission) =>
      handler?.(null, permission as 'media', 'https://elsewhere', {} as never) ?? true;
  };
  setDevicePermissionHandler: Electron.Session['setDevicePermissionHandler'] = (handler) => {
    this.device = () => handler?.({} as Electron.DevicePermissionHandlerHandlerDetails) ?? true;
  };
  setSpellCheckerEnabled = (enabled: boolean) => note(`session.setSpellCheckerEnabled ${enabled}`);
}
export const session = { defaultSession: new FakeSession() };

/** The scheme's response to a page. */
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

/** Choices for the next dialogs; empty means cancelled. */
export const chosen: string[] = [];
/** Options of the dialogs shown so far. */
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

class FakeUtilityProcess extends EventEmitter implements Pick<Electron.UtilityProcess, 'postMessage' | 'kill' | 'pid'> {
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

/** Names of the processes started so far. */
export const started: string[] = [];
/** Forks Node processes; Fovea's hosts reply over their channel as well. */
export const utilityProcess = {
  fork: (entry: string, args: string[] = [], options: Electron.ForkOptions = {}) => {
    started.push(options.serviceName ?? 'a process without a name');
    const child = fork(entry, args, {
      serialization: 'advanced',
      execArgv: options.execArgv ?? [],
      env: options.env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new FakeUtilityProcess(child);
  },
};
