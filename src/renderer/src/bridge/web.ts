import { z } from 'zod';
import type { RequestOutput } from '#shared/ipc/contract';
import { type EventName, type EventPayload, events, type RequestInput, type RequestName } from '#shared/ipc/contract';
import type { Grant } from '#shared/ipc/preload';
import { collectDropped } from './dropped-files';
import { post } from './post';
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
      (await post(`/api/invoke/${name}`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      })) as RequestOutput<K>,
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
      setWebPicker: (webPicker) => {
        picker = webPicker;
      },
    },
  };
}

interface EventChannel {
  readonly on: Bridge['on'];
  readonly onConnection: Bridge['onConnection'];
}

/** Delay before reopening a stream that the browser has given up, as it does after a refusal. */
const REOPEN_MILLISECONDS = 2000;

/** One EventSource per page, opened at the first subscription and reopened whenever it breaks. */
function createEventChannel(): EventChannel {
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  const connectionListeners = new Set<(state: ConnectionState) => void>();
  let opened = false;
  let lost = false;

  const notify = (state: ConnectionState) => {
    for (const listener of connectionListeners) listener(state);
  };
  const connect = () => {
    const stream = new EventSource('/api/events');
    stream.onmessage = (message: MessageEvent<string>) => {
      const { name, payload } = messageSchema.parse(JSON.parse(message.data));
      for (const listener of listeners.get(name) ?? []) listener(payload);
    };
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) setTimeout(connect, REOPEN_MILLISECONDS);
      if (!lost) notify('lost');
      lost = true;
    };
    stream.onopen = () => {
      lost = false;
      notify('open');
    };
  };
  const open = () => {
    if (!opened) connect();
    opened = true;
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
