import { describe, expect, it } from 'vitest';
import { inParallel } from './in-parallel';

/** Work that the test ends. */
function heldWork() {
  const begun: string[] = [];
  const ends = new Map<string, { resolve(): void; reject(error: Error): void }>();
  const work = (item: string) =>
    new Promise<string>((resolve, reject) => {
      begun.push(item);
      ends.set(item, { resolve: () => resolve(item.toUpperCase()), reject });
    });
  const turn = async () => {
    for (let step = 0; step < 10; step++) await Promise.resolve();
  };
  return {
    begun,
    work,
    end: async (item: string) => {
      ends.get(item)?.resolve();
      await turn();
    },
    fail: async (item: string) => {
      ends.get(item)?.reject(new Error(item));
      await turn();
    },
  };
}

describe('inParallel', () => {
  it('works on as many items at once as allowed, and returns results in order', async () => {
    const { begun, work, end } = heldWork();
    const all = inParallel(['a', 'b', 'c', 'd'], 2, work);
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('c');
    await end('a');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    await end('d');
    expect(await all).toEqual(['A', 'B', 'C', 'D']);
  });

  it('starts nothing after a failure, and rejects once running items have ended', async () => {
    const { begun, work, end, fail } = heldWork();
    let settled = false;
    const all = inParallel(['a', 'b', 'c'], 2, work).finally(() => {
      settled = true;
    });
    all.catch(() => {});
    await fail('b');
    expect([begun, settled]).toEqual([['a', 'b'], false]);
    await fail('a');
    await expect(all).rejects.toThrow('b');
    await end('c');
    expect(begun).toEqual(['a', 'b']);
  });

  it('does nothing for no items', async () => {
    expect(await inParallel([], 4, async () => 1)).toEqual([]);
  });
});
