import type { EventName, EventPayload } from '#shared/ipc/contract';

export type EventListener<K extends EventName> = (payload: EventPayload<K>) => void;
export type AnyEventListener = <K extends EventName>(name: K, payload: EventPayload<K>) => void;

/** Notifications from services to the window, a web client, or the command line's progress bar. */
export interface Events {
  emit<K extends EventName>(name: K, payload: EventPayload<K>): void;
  /** Returns a function that removes the listener. */
  on<K extends EventName>(name: K, listener: EventListener<K>): () => void;
  /** Subscribes to every event, for transports. Returns a function that removes the listener. */
  onAny(listener: AnyEventListener): () => void;
}

/** Creates an event hub in which a throwing listener does not affect the others. */
export function createEvents(onListenerError: (error: unknown) => void = () => {}): Events {
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  const any = new Set<AnyEventListener>();
  const safely = (call: () => void) => {
    try {
      call();
    } catch (error) {
      onListenerError(error);
    }
  };
  return {
    emit(name, payload) {
      for (const listener of [...(listeners.get(name) ?? [])]) safely(() => listener(payload as never));
      for (const listener of [...any]) safely(() => listener(name, payload));
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    onAny(listener) {
      any.add(listener);
      return () => any.delete(listener);
    },
  };
}
