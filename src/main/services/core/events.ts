import type { EventName, EventPayload } from '#shared/ipc/contract';

export type EventListener<K extends EventName> = (payload: EventPayload<K>) => void;
export type AnyEventListener = <K extends EventName>(name: K, payload: EventPayload<K>) => void;

/** What services tell the outside: the window, a web client, or the command line's progress bar. */
export interface Events {
  emit<K extends EventName>(name: K, payload: EventPayload<K>): void;
  /** Answers with the function that takes the listener off again. */
  on<K extends EventName>(name: K, listener: EventListener<K>): () => void;
  /** For transports: every event, by name. */
  onAny(listener: AnyEventListener): () => void;
}

/** A listener that throws does not keep the others from hearing. */
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
