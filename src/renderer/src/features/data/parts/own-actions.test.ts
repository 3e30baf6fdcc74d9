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
  return import('./own-actions');
}

beforeEach(() => {
  server.actions = [];
});

it('undoes the last action of this window', async () => {
  const here = await openWindow();
  await here.trackAction('p', label('first'));
  await here.trackAction('p', label('second'));
  expect(await here.undoOwnAction('p')).toEqual({ undone: 'second' });
  expect(await here.undoOwnAction('p')).toEqual({ undone: 'first' });
  expect(await here.undoOwnAction('p')).toEqual({ undone: null });
});

it('names the action of another window, and undoes nothing', async () => {
  const [here, there] = [await openWindow(), await openWindow()];
  await here.trackAction('p', label('mine'));
  await there.trackAction('p', label('theirs'));
  expect(await here.undoOwnAction('p')).toMatchObject({ elsewhere: { description: 'theirs' } });
  expect(server.actions).toHaveLength(2);
  expect(await there.undoOwnAction('p')).toEqual({ undone: 'theirs' });
  expect(await here.undoOwnAction('p')).toEqual({ undone: 'mine' });
});

it('does not claim an existing action when it changed nothing', async () => {
  const [here, there] = [await openWindow(), await openWindow()];
  await there.trackAction('p', label('theirs'));
  await here.trackAction('p', async () => {});
  expect(await here.undoOwnAction('p')).toMatchObject({ elsewhere: { description: 'theirs' } });
});
