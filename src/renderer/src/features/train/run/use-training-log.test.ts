// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LogRecord } from '#shared/models/run';
import { type RenderedHook, renderHook } from '../../../test-support/render-hook';
import { type FollowedLog, useTrainingLog } from './use-training-log';

const main = vi.hoisted(() => ({ invoke: vi.fn(), listeners: new Map<string, (payload: unknown) => void>() }));
vi.mock('../../../bridge/bridge', () => ({
  invoke: main.invoke,
  on: (name: string, listener: (payload: unknown) => void) => {
    main.listeners.set(name, listener);
    return () => main.listeners.delete(name);
  },
}));

const note = (message: string): LogRecord => ({ kind: 'note', at: 'now', message });
/** The log in main; `after` counts its records. */
let written: LogRecord[];
let followed: RenderedHook<FollowedLog>;
const notes = () => followed.current.log.notes.map(({ message }) => message);
const more = (run = 'r') => main.listeners.get('run.log')?.({ project: 'p', run, record: note('of the event') });
const wait = (milliseconds: number) => followed.act(() => vi.advanceTimersByTimeAsync(milliseconds));
const follow = (run: string, active: boolean) => () => useTrainingLog('p', run, active);

beforeEach(() => {
  vi.useFakeTimers();
  written = [note('first')];
  main.invoke.mockReset().mockImplementation(async (_: string, { after }: { after: number }) => ({
    records: written.slice(after),
    next: written.length,
  }));
});
afterEach(async () => {
  await followed.unmount();
  vi.useRealTimers();
});

it('reads on from the last known line, and loses nothing when an event is lost', async () => {
  followed = await renderHook(follow('r', true));
  expect(followed.current).toMatchObject({ loaded: true, error: null });
  written.push(note('second'), note('third'));
  await wait(300);
  await followed.act(() => more());
  expect(notes()).toEqual(['first', 'second', 'third']);
  expect(main.invoke.mock.calls.map(([name, { run, after }]) => [name, run, after])).toEqual([
    ['runs.log', 'r', 0],
    ['runs.log', 'r', 1],
  ]);
});

it('answers a burst of events with one request, and one more for what came meanwhile', async () => {
  followed = await renderHook(follow('r', false));
  await wait(300);
  await followed.act(() => {
    for (let index = 0; index < 20; index++) more();
  });
  expect(main.invoke).toHaveBeenCalledTimes(2);
  await wait(300);
  expect(main.invoke).toHaveBeenCalledTimes(3);
  await wait(10_000);
  expect(main.invoke).toHaveBeenCalledTimes(3);
});

it('ignores events of other runs', async () => {
  followed = await renderHook(follow('r', false));
  await wait(300);
  await followed.act(() => more('another'));
  await followed.act(() => main.listeners.get('run.progress')?.({ project: 'p', progress: { run: 'another' } }));
  expect(main.invoke).toHaveBeenCalledTimes(1);
  await followed.act(() => main.listeners.get('run.progress')?.({ project: 'p', progress: { run: 'r' } }));
  expect(main.invoke).toHaveBeenCalledTimes(2);
});

it('keeps its lines when a request fails, and continues with the next', async () => {
  followed = await renderHook(follow('r', true));
  main.invoke.mockRejectedValueOnce(new Error('no answer'));
  await wait(300);
  await followed.act(() => more());
  expect(followed.current).toMatchObject({ loaded: true, error: { message: 'no answer' } });
  expect(notes()).toEqual(['first']);
  written.push(note('second'));
  // Without an event, an active run is polled every five seconds.
  await wait(5000);
  expect(followed.current.error).toBeNull();
  expect(notes()).toEqual(['first', 'second']);
});

it('starts over for another run, and ignores a late reply for the previous one', async () => {
  let late = (_answer: object) => {};
  main.invoke.mockReturnValueOnce(
    new Promise((resolve) => {
      late = resolve;
    }),
  );
  followed = await renderHook(follow('r', true));
  expect(followed.current.loaded).toBe(false);
  written = [note('of the other')];
  await followed.render(follow('other', true));
  await followed.act(() => late({ records: [note('late')], next: 1 }));
  expect(notes()).toEqual(['of the other']);
  await followed.unmount();
  const asked = main.invoke.mock.calls.length;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(main.invoke).toHaveBeenCalledTimes(asked);
  expect(main.listeners.size).toBe(0);
});
