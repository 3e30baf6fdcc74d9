import { z } from 'zod';
import type { RequestOutput } from '#shared/ipc/contract';
import { type EventName, type EventPayload, events, type RequestInput, type RequestName } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import type { Grant } from '#shared/ipc/preload';
import { openAnswer } from './answer';
import { collectDropped } from './dropped-files';
import type { Bridge, ConnectionState, PickRequest, WebPicker } from './types';
import { uploadFiles } from './upload';

const messageSchema = z.object({ name: z.string(), payload: z.unknown() });

/** The bridge of a browser tab: requests by POST, events by server-sent events, dropped files by upload. */
export function createWebBridge(): Bridge {
  const channel = createEventChannel();
  let picker: WebPicker | undefined;

  const pick = async (request: PickRequest): Promise<readonly Grant[] | null> => {
    if (picker === undefined) throw new Error('setWebPicker was not called');
    return picker(request);
  };

  return {
    invoke: async <K extends RequestName>(name: K, input: RequestInput<K>): Promise<RequestOutput<K>> =>
      openAnswer(await post(`/api/invoke/${name}`, input)) as RequestOutput<K>,
    on: channel.on,
    onConnection: channel.onConnection,
    resourceUrl: (path) => path,
    platform: {
      mode: 'web',
      pickFolder: async ({ title }) => (await pick({ kind: 'folder', title }))?.[0] ?? null,
      pickFiles: ({ title }) => pick({ kind: 'files', title }),
      grantDropped: (dropped, options = {}) => {
        const files = collectDropped(dropped);
        return files.then((collected) => uploadFiles(collected, options));
      },
      setWebPicker: (given) => {
        picker = given;
      },
    },
  };
}

async function post(path: string, body: unknown): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch (error) {
    throw new FoveaError('unreachable', 'Fovea is not responding.', {
      hint: 'It may have been closed. Restart it and reload this page.',
      cause: error,
    });
  }
  if (response.status === 401) {
    throw new FoveaError('signed_out', 'This page is not signed in to Fovea.', {
      hint: 'Fovea was restarted. Open the address it printed.',
    });
  }
  return response.json();
}

interface EventChannel {
  readonly on: Bridge['on'];
  readonly onConnection: Bridge['onConnection'];
}

/** One EventSource for the page, opened at the first subscription; it reconnects by itself. */
function createEventChannel(): EventChannel {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  const connectionListeners = new Set<(state: ConnectionState) => void>();
  let source: EventSource | undefined;

  const open = () => {
    if (source !== undefined) return;
    source = new EventSource('/api/events');
    let lost = false;
    source.onmessage = (message: MessageEvent<string>) => {
      const { name, payload } = messageSchema.parse(JSON.parse(message.data));
      for (const listener of listeners.get(name) ?? []) listener(payload);
    };
    source.onerror = () => {
      if (lost) return;
      lost = true;
      for (const listener of connectionListeners) listener('lost');
    };
    source.onopen = () => {
      lost = false;
      for (const listener of connectionListeners) listener('open');
    };
  };

  return {
    on: <K extends EventName>(event: K, listener: (payload: EventPayload<K>) => void) => {
      const checked = (payload: unknown) => listener(events[event].parse(payload) as EventPayload<K>);
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(checked));
      open();
      return () => all.delete(checked);
    },
    onConnection: (listener) => {
      connectionListeners.add(listener);
      open();
      return () => connectionListeners.delete(listener);
    },
  };
}
