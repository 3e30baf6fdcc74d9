import { describe, expect, it } from 'vitest';
import { inTurn } from './in-turn';

describe('inTurn', () => {
  it('starts each piece of work after the previous one, and returns its own result to each', async () => {
    const events: string[] = [];
    const take = inTurn();
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const slow = take(async () => {
      events.push('slow begins');
      await waiting;
      events.push('slow ends');
      return 1;
    });
    const quick = take(async () => {
      events.push('quick begins');
      return 2;
    });
    goOn();
    expect(await Promise.all([slow, quick])).toEqual([1, 2]);
    expect(events).toEqual(['slow begins', 'slow ends', 'quick begins']);
  });

  it('continues after an error, which reaches its own caller only', async () => {
    const take = inTurn();
    const failing = take(() => Promise.reject(new Error('no')));
    const next = take(async () => 'next');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('next');
  });
});
