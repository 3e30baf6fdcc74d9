import { createContext, type ReactNode, useContext, useEffect, useId, useState } from 'react';
import { createStore, useStore } from 'zustand';

interface Wrong {
  /** By field: "Epochs: a whole number from 1 to 10,000". */
  readonly lines: ReadonlyMap<string, string>;
}

const createWrong = () => createStore<Wrong>(() => ({ lines: new Map() }));

const Context = createContext(createWrong());

/** Around a form and its button: what one of its fields finds wrong is known to all of it. */
export function WrongFields({ children }: { readonly children: ReactNode }) {
  const [store] = useState(createWrong);
  return <Context.Provider value={store}>{children}</Context.Provider>;
}

/** Makes the form know that a field shows an error, as long as it does. */
export function useWrongField(label: string, error: string | null): void {
  const store = useContext(Context);
  const id = useId();
  useEffect(() => {
    if (error === null) return;
    store.setState(({ lines }) => ({ lines: new Map(lines).set(id, `${label}: ${error}`) }));
    return () => store.setState(({ lines }) => ({ lines: new Map([...lines].filter(([field]) => field !== id)) }));
  }, [store, id, label, error]);
}

/** What is wrong in this form, a line a field. Nothing starts while there is any: the field shows one value, the form has another. */
export function useWrongFields(): readonly string[] {
  return [...useStore(useContext(Context)).lines.values()];
}
