import { createContext, type ReactNode, useContext, useEffect, useId, useState } from 'react';
import { createStore, useStore } from 'zustand';

interface Wrong {
  /** By field: "Epochs: a whole number from 1 to 10,000". */
  readonly lines: ReadonlyMap<string, string>;
}

const createWrong = () => createStore<Wrong>(() => ({ lines: new Map() }));

const Context = createContext(createWrong());

/** Wraps a form and its button, and collects the errors of its fields. */
export function WrongFields({ children }: { readonly children: ReactNode }) {
  const [store] = useState(createWrong);
  return <Context.Provider value={store}>{children}</Context.Provider>;
}

/** Registers a field's error with the form for as long as the error is shown. */
export function useWrongField(label: string, error: string | null): void {
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
export function useWrongFields(): readonly string[] {
  return [...useStore(useContext(Context)).lines.values()];
}
