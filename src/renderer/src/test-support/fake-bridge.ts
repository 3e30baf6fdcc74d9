import { vi } from 'vitest';
import type { EventName, EventPayload, RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract';
import type { Bridge } from '../bridge/types';

// Replaces `bridge/bridge` in tests of components:
// `vi.mock('../bridge/bridge', () => import('../test-support/fake-bridge'))`.

type Answer<K extends RequestName> = (input: RequestInput<K>) => unknown;

const answers = new Map<string, (input: never) => unknown>();
const listeners = new Map<string, Set<(payload: never) => void>>();

/** Main, as far as the window knows it. */
export const main = {
  /** Answers a request from now on. Results need only the fields that the component reads. */
  answer<K extends RequestName>(name: K, answer: Partial<RequestOutput<K>> | Answer<K>): void {
    answers.set(name, typeof answer === 'function' ? (answer as Answer<K>) : () => answer);
  },
  /** The inputs of all requests with this name, in order. */
  asked<K extends RequestName>(name: K): readonly RequestInput<K>[] {
    return invoke.mock.calls.filter(([asked]) => asked === name).map(([, input]) => input as RequestInput<K>);
  },
  emit<K extends EventName>(name: K, payload: EventPayload<K>): void {
    for (const listener of listeners.get(name) ?? []) listener(payload as never);
  },
  reset(): void {
    answers.clear();
    invoke.mockClear();
  },
};

/** Rejects requests that the test does not answer. */
export const invoke = vi.fn(async (name: string, input: object): Promise<unknown> => {
  const answer = answers.get(name);
  if (answer === undefined) throw new Error(`The test has no answer to ${name}.`);
  return answer(input as never);
});

export const on = (name: string, listener: (payload: never) => void) => {
  const known = listeners.get(name) ?? new Set();
  listeners.set(name, known.add(listener));
  return () => known.delete(listener);
};

export const onConnection: Bridge['onConnection'] = () => () => {};
export const resourceUrl: Bridge['resourceUrl'] = (path) => path;
export const platform = {
  mode: 'desktop',
  pickFolder: vi.fn<Bridge['platform']['pickFolder']>(async () => null),
  pickFiles: vi.fn<Bridge['platform']['pickFiles']>(async () => null),
  grantDropped: vi.fn<Bridge['platform']['grantDropped']>(async () => []),
  setWebPicker: () => {},
} satisfies Bridge['platform'];
