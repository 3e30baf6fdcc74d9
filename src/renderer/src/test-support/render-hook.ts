import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';

export interface RenderedHook<Result> {
  /** What the hook answered when it was last rendered. */
  readonly current: Result;
  /** Does something that changes state, and waits for what follows from it. */
  act(work: () => unknown): Promise<void>;
  render(hook: () => Result): Promise<void>;
  unmount(): Promise<void>;
}

/** Renders a hook by itself. The test runs in `happy-dom`. */
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
