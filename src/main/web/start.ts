import { createDispatch } from '../ipc/handle';
import { createHandlers } from '../ipc/handlers';
import { webPlatform } from '../ipc/handlers/platform';
import { createResources } from '../ipc/resources';
import type { FoveaLog } from '../services/core/logger';
import type { Services } from '../services/services';
import { createBrowsing } from './browse';
import { startWebServer, type WebServer } from './server';
import { createUploads } from './uploads';

export interface WebOptions {
  readonly services: Services;
  readonly rendererFolder: string;
  readonly log: FoveaLog;
  /** 0 picks a free port. */
  readonly port: number;
}

/** Starts web mode over the services: the server, and the uploads that end with it. */
export async function startWeb({ services, rendererFolder, log, port }: WebOptions): Promise<WebServer> {
  const handlers = createHandlers(services, 'web', webPlatform(createBrowsing(services.grants)));
  const uploads = createUploads((path) => services.grants.add(path));
  const server = await startWebServer({
    dispatch: createDispatch(handlers, { log, events: services.events }),
    subscribe: (send) => services.events.onAny(send),
    resources: createResources(services.resources, log),
    uploads,
    rendererFolder,
    log,
    port,
  });
  return {
    ...server,
    close: async () => {
      await server.close();
      await uploads.dispose();
    },
  };
}
