import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';

export interface RenderedHook<Result> {
  /** The hook's latest result. */
  readonly current: Result;
  /** Runs `work` and waits until React has processed the resulting state changes. */
  act(work: () => unknown): Promise<void>;
  render(hook: () => Result): Promise<void>;
  unmount(): Promise<void>;
}

/** Renders a hook on its own. The test must run in `happy-dom`. */
export async function renderHook<Result>(hook: () => Result): Promise<RenderedHook<Result>> {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const root = createRoot(document.createElement('div'));
  let current: Result | undefined;
  const Host = ({ use }: { readonly use: () => Result }) => {
    current = use();
    return null;
  };
  const rendered = {
    get current() {
      return current as Result;
    },
    act: (work: () => unknown) =>
      act(async () => {
        await work();
      }),
    render: (use: () => Result) => act(async () => root.render(createElement(Host, { use }))),
    unmount: () => act(async () => root.unmount()),
  };
  await rendered.render(hook);
  return rendered;
}
