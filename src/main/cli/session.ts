import { resolve } from 'node:path';
import type {
  CommandName,
  Job,
  JobName,
  JobResult,
  QueryName,
  RequestInput,
  RequestName,
  RequestOutput,
} from '#shared/ipc/contract';
import { type Handler, type HandlerResult, type Handlers, parseInput } from '../ipc/handle';
import { createHandlers } from '../ipc/handlers';
import { webPlatform } from '../ipc/handlers/platform';
import { launchNodeHost } from '../process/node-launcher';
import type { Started } from '../services/core/jobs';
import { createLog, type FoveaLog } from '../services/core/logger';
import { findPlaces, type Places } from '../services/core/places';
import { createServices, type Services } from '../services/services';
import { createBrowsing } from '../web/browse';
import { type ProgressMode, type ProgressOutput, showProgress } from './progress';

/** A command's access to the services, through the window's own requests. */
export interface Session {
  readonly services: Services;
  readonly handlers: Handlers;
  readonly places: Places;
  readonly log: FoveaLog;
  readonly stderr: ProgressOutput;
  /** Aborted at the first Ctrl-C. */
  readonly interrupt: AbortSignal;
  /** Handles one of the window's requests in this process; throws its `FoveaError`. */
  request<K extends QueryName | CommandName>(name: K, input: RequestInput<K>): Promise<RequestOutput<K>>;
  /** Runs a job of the window to its end. Ctrl-C cancels it; a result returned then still counts. */
  run<K extends JobName>(name: K, input: RequestInput<K>): Promise<{ readonly value: JobResult<K>; readonly job: Job }>;
  /** Grants a path given relative to the working directory. */
  grant(path: string): string;
  /** Opens the project in a folder and returns its id. */
  open(folder: string): Promise<string>;
  /** Removes the progress line. */
  endProgress(): void;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly mainFolder: string;
  readonly version: string;
  readonly stderr: ProgressOutput;
  readonly interrupt: AbortSignal;
}

export function openSession({ mainFolder, version, stderr, interrupt }: SessionOptions, mode: ProgressMode): Session {
  const places = findPlaces(mainFolder);
  const log = createLog(places.userDataFolder);
  const services = createServices({ places, version, log, launcher: launchNodeHost });
  const handlers = createHandlers(services, 'web', webPlatform(createBrowsing(services.grants)));
  const progress = showProgress(services.events, mode, stderr);

  const handle = async <K extends RequestName>(name: K, input: RequestInput<K>): Promise<HandlerResult<K>> =>
    (handlers[name] as Handler<K>)(parseInput(name, input));
  const request: Session['request'] = async (name, input) => (await handle(name, input)) as never;
  const run = async <K extends JobName>(name: K, input: RequestInput<K>) => {
    const { id, result } = (await handle(name, input)) as Started<K>;
    const cancel = () => services.jobs.cancel(id);
    if (interrupt.aborted) cancel();
    interrupt.addEventListener('abort', cancel, { once: true });
    try {
      const value = await result;
      return { value, job: services.jobs.get(id) };
    } finally {
      interrupt.removeEventListener('abort', cancel);
    }
  };
  const grant = (path: string) => services.grants.add(resolve(path)).grant;

  return {
    services,
    handlers,
    places,
    log,
    stderr,
    interrupt,
    request,
    grant,
    open: async (folder) => {
      const { id, readOnly } = await request('projects.open', { grant: grant(folder) });
      if (readOnly) stderr.write('This project is read-only.\n');
      return id;
    },
    run,
    endProgress: () => progress.end(),
    async close() {
      progress.end();
      await services.close();
      log.close();
    },
  };
}
