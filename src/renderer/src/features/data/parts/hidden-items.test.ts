// @vitest-environment happy-dom
import { expect, it, vi } from 'vitest';
import { renderHook } from '../../../test-support/render-hook';
import { isHidden, useHiddenItems } from './hidden-items';

it('hides an item while its decision is being stored, whatever lists arrive meanwhile', () => {
  expect(isHidden(new Map([['a', null]]), 'a', 1_000)).toBe(true);
});

it('trusts a list that arrives after the decision was stored, and none before', () => {
  const hidden = new Map([['a', 500]]);
  expect(isHidden(hidden, 'a', 400)).toBe(true);
  expect(isHidden(hidden, 'a', 500)).toBe(false);
  expect(isHidden(hidden, 'b', 400)).toBe(false);
});

it('reloads the list if one with a deferred item overtakes the reply to the decision', async () => {
  const refetch = vi.fn(async () => {
    list = { ...list, dataUpdatedAt: Date.now() };
  });
  let list = { dataUpdatedAt: Date.now() - 1_000, isFetching: false, refetch };
  const use = () => useHiddenItems(list as unknown as Parameters<typeof useHiddenItems>[0]);
  const hook = await renderHook(use);
  let answer = (_stored: boolean) => {};
  const answered = new Promise<boolean>((resolve) => {
    answer = resolve;
  });
  let decided: Promise<void> | undefined;
  await hook.act(() => {
    decided = hook.current.hide('a', () => answered);
  });
  list = { ...list, dataUpdatedAt: Date.now() };
  await hook.render(use);
  expect(hook.current.isItemHidden('a')).toBe(true);
  await hook.act(() => {
    answer(true);
    return decided;
  });
  expect(refetch).toHaveBeenCalledOnce();
  await hook.render(use);
  expect(hook.current.isItemHidden('a')).toBe(false);
});

it('does not reload if no list has arrived since the decision was sent', async () => {
  const refetch = vi.fn(async () => {});
  const list = { dataUpdatedAt: Date.now() - 1_000, isFetching: false, refetch };
  const hook = await renderHook(() => useHiddenItems(list as unknown as Parameters<typeof useHiddenItems>[0]));
  await hook.act(() => hook.current.hide('a', async () => true));
  expect(refetch).not.toHaveBeenCalled();
});
