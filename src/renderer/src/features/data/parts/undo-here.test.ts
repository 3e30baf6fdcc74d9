import { beforeEach, expect, it, vi } from 'vitest';

/** A project's actions, as both windows see them. */
const server = vi.hoisted(() => ({ actions: [] as { stamp: string; description: string }[] }));
vi.mock('../../../bridge/bridge', () => ({
  invoke: async (name: string, { stamp }: { stamp?: string }) => {
    const action = server.actions.at(-1) ?? null;
    if (name === 'dataset.lastAction') return { action };
    if (stamp !== action?.stamp) throw new Error('action_not_last');
    server.actions.pop();
    return { changed: 1, description: action?.description ?? null };
  },
}));

let count = 0;
const label = (description: string) => async () => {
  server.actions.push({ stamp: String(++count), description });
};
/** Each window gets its own module instance, as each has its own page. */
async function openWindow() {
  vi.resetModules();
  return import('./undo-here');
}

beforeEach(() => {
  server.actions = [];
});

it('takes back the last action of this window', async () => {
  const here = await openWindow();
  await here.doHere('p', label('first'));
  await here.doHere('p', label('second'));
  expect(await here.undoHere('p')).toEqual({ undone: 'second' });
  expect(await here.undoHere('p')).toEqual({ undone: 'first' });
  expect(await here.undoHere('p')).toEqual({ undone: null });
});

it('names the action of another window, and undoes nothing', async () => {
  const [here, there] = [await openWindow(), await openWindow()];
  await here.doHere('p', label('mine'));
  await there.doHere('p', label('theirs'));
  expect(await here.undoHere('p')).toMatchObject({ elsewhere: { description: 'theirs' } });
  expect(server.actions).toHaveLength(2);
  expect(await there.undoHere('p')).toEqual({ undone: 'theirs' });
  expect(await here.undoHere('p')).toEqual({ undone: 'mine' });
});

it('does not take for its own what was there when it changed nothing', async () => {
  const [here, there] = [await openWindow(), await openWindow()];
  await there.doHere('p', label('theirs'));
  await here.doHere('p', async () => {});
  expect(await here.undoHere('p')).toMatchObject({ elsewhere: { description: 'theirs' } });
});
