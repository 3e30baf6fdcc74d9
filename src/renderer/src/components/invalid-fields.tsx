import { createContext, type ReactNode, useContext, useEffect, useId, useState } from 'react';
import { createStore, useStore } from 'zustand';

interface InvalidFieldsState {
  /** By field: "Epochs: a whole number from 1 to 10,000". */
  readonly lines: ReadonlyMap<string, string>;
}

const createInvalidFields = () => createStore<InvalidFieldsState>(() => ({ lines: new Map() }));

const Context = createContext(createInvalidFields());

/** Wraps a form and its button, and collects the errors of its fields. */
export function InvalidFields({ children }: { readonly children: ReactNode }) {
  const [store] = useState(createInvalidFields);
  return <Context.Provider value={store}>{children}</Context.Provider>;
}

/** Registers a field's error with the form for as long as the error is shown. */
export function useInvalidField(label: string, error: string | null): void {
  const store = useContext(Context);
  const id = useId();
  useEffect(() => {
    if (error === null) return;
    store.setState(({ lines }) => ({ lines: new Map(lines).set(id, `${label}: ${error}`) }));
    return () => store.setState(({ lines }) => ({ lines: new Map([...lines].filter(([field]) => field !== id)) }));
  }, [store, id, label, error]);
}

/**
 * The form's errors, one line per field. Nothing may start while there are any, because the fields show values that the
 * form does not have.
 */
export function useInvalidFields(): readonly string[] {
  return [...useStore(useContext(Context)).lines.values()];
}
