import { describe, expect, it, vi } from 'vitest';
import { FakeHost } from '../../process/test-support/fake-host';
import type { EngineCommand, EngineMessage } from '../core/protocol';
import { EngineLane } from './lane';

class FakeEngine extends FakeHost<EngineCommand, EngineMessage> {
  answer() {
    const last = this.sent.at(-1);
    if (last?.kind !== 'request') throw new Error('nothing was asked');
    this.emit({ kind: 'answer', id: last.id, output: { devices: [] } });
  }
}

function createLane() {
  const hosts: FakeEngine[] = [];
  const lane = new EngineLane({
    launcher: () => {
      const host = new FakeEngine();
      hosts.push(host);
      return host;
    },
    entry: 'engine-host.js',
    name: 'engine',
    idleMilliseconds: 60_000,
  });
  const ask = () => lane.request('devices', {}, {});
  const askLong = (onTurn: (before: readonly string[]) => void = () => {}) =>
    lane.request('selftest', { casesFolder: null, device: 'cpu' }, { onTurn });
  return { lane, hosts, ask, askLong };
}

describe('EngineLane', () => {
  it('starts nothing before the first request, and sends one request at a time, in order', async () => {
    const { hosts, ask } = createLane();
    expect(hosts).toHaveLength(0);
    const [first, second] = [ask(), ask()];
    expect(hosts[0]?.sent).toEqual([]);
    hosts[0]?.emit({ kind: 'ready' });
    expect(hosts[0]?.sent.map(({ id }) => id)).toEqual([1]);
    hosts[0]?.answer();
    await first.result;
    expect(hosts[0]?.sent.map(({ id }) => id)).toEqual([1, 2]);
    hosts[0]?.answer();
    await second.result;
    expect(hosts).toHaveLength(1);
  });

  it('sends a quick request beside a longer one, and ahead of longer ones in the queue', async () => {
    const { hosts, ask, askLong } = createLane();
    askLong().result.catch(() => {});
    hosts[0]?.emit({ kind: 'ready' });
    askLong().result.catch(() => {});
    const [quick, next] = [ask(), ask()];
    // 1 is long and in hand; 3 comes in a break of it; 4 waits for 3, and 2 for 1.
    expect(hosts[0]?.sent.map(({ id }) => id)).toEqual([1, 3]);
    hosts[0]?.answer();
    await quick.result;
    expect(hosts[0]?.sent.map(({ id }) => id)).toEqual([1, 3, 4]);
    hosts[0]?.emit({ kind: 'answer', id: 1, output: { device: 'cpu', cases: [] } });
    expect(hosts[0]?.sent.map(({ id }) => id)).toEqual([1, 3, 4]);
    hosts[0]?.answer();
    await next.result;
    expect(hosts[0]?.sent.map(({ id }) => id)).toEqual([1, 3, 4, 2]);
  });

  it('reports to a longer request what is ahead of it, and when it begins', () => {
    const { hosts, askLong } = createLane();
    const told: string[][] = [];
    const first = askLong();
    first.result.catch(() => {});
    const second = askLong();
    second.result.catch(() => {});
    askLong((before) => told.push([...before])).result.catch(() => {});
    hosts[0]?.emit({ kind: 'ready' });
    second.control('cancel');
    hosts[0]?.emit({ kind: 'answer', id: 1, output: { device: 'cpu', cases: [] } });
    expect(told).toEqual([['selftest', 'selftest'], ['selftest'], []]);
  });

  it('loses the longer request too if the host dies in a quick one', async () => {
    const { hosts, ask, askLong } = createLane();
    const codeOf = ({ result }: { result: Promise<unknown> }) => result.catch(({ code }: { code: string }) => code);
    const codes = [codeOf(askLong())];
    hosts[0]?.emit({ kind: 'ready' });
    codes.push(codeOf(ask()));
    hosts[0]?.exit('crashed (SIGSEGV)');
    expect(await Promise.all(codes)).toEqual(['engine_crashed', 'engine_crashed']);
  });

  it('waits longer after each consecutive crash, and loses only the running request', async () => {
    vi.useFakeTimers();
    try {
      const { hosts, ask } = createLane();
      const calls = [ask(), ask(), ask()];
      const outcomes = calls.map(({ result }) =>
        result.then(
          () => 'answered',
          (error: { code: string }) => error.code,
        ),
      );
      hosts[0]?.emit({ kind: 'ready' });
      hosts[0]?.exit('crashed (SIGSEGV)');
      expect(await outcomes[0]).toBe('engine_crashed');
      vi.advanceTimersByTime(249);
      expect(hosts).toHaveLength(1);
      vi.advanceTimersByTime(1);
      expect(hosts).toHaveLength(2);
      // This one does not even start: the request that it was started for ends with it.
      hosts[1]?.exit('could not be started (ENOENT)');
      expect(await outcomes[1]).toBe('engine_crashed');
      vi.advanceTimersByTime(499);
      expect(hosts).toHaveLength(2);
      vi.advanceTimersByTime(1);
      expect(hosts).toHaveLength(3);
      hosts[2]?.emit({ kind: 'ready' });
      hosts[2]?.answer();
      expect(await outcomes[2]).toBe('answered');
    } finally {
      vi.useRealTimers();
    }
  });

  it('stops an idle host, and starts another for the next request', async () => {
    vi.useFakeTimers();
    try {
      const { hosts, ask } = createLane();
      const first = ask();
      hosts[0]?.emit({ kind: 'ready' });
      hosts[0]?.answer();
      await first.result;
      vi.advanceTimersByTime(59_999);
      expect(hosts[0]?.killed).toBe(false);
      vi.advanceTimersByTime(1);
      expect(hosts[0]?.killed).toBe(true);
      hosts[0]?.exit('was terminated by another program (SIGTERM)');
      ask();
      expect(hosts).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('kills a host that never becomes ready', () => {
    vi.useFakeTimers();
    try {
      const { hosts, ask } = createLane();
      ask().result.catch(() => {});
      vi.advanceTimersByTime(60_000);
      expect(hosts[0]?.killed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends a host that is silent while it reads a checkpoint, and answers the next request with another', async () => {
    vi.useFakeTimers();
    try {
      const { lane, hosts } = createLane();
      const inspect = () => lane.request('inspectBackbone', { folder: '/a share that hangs' }, {});
      const stalled = inspect().result.catch(({ code }: { code: string }) => code);
      hosts[0]?.emit({ kind: 'ready' });
      vi.advanceTimersByTime(59_999);
      // Progress: the minute begins again.
      hosts[0]?.emit({ kind: 'progress', id: 1, phase: 'reading-backbone', done: 1, total: 2 });
      vi.advanceTimersByTime(59_999);
      expect(hosts[0]?.killed).toBe(false);
      vi.advanceTimersByTime(1);
      expect(hosts[0]?.killed).toBe(true);
      expect(await stalled).toBe('no_answer');
      hosts[0]?.exit('was terminated by another program (SIGTERM)');
      const answer = inspect().result;
      vi.advanceTimersByTime(250);
      hosts[1]?.emit({ kind: 'ready' });
      hosts[1]?.answer();
      expect(await answer).toBeDefined();
      // An answer in time leaves nothing that could end the host.
      vi.advanceTimersByTime(59_999);
      expect(hosts[1]?.killed).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('rejects running and queued requests when disposed', async () => {
    const { lane, hosts, ask } = createLane();
    const calls = [ask(), ask()];
    hosts[0]?.emit({ kind: 'ready' });
    lane.dispose();
    for (const { result } of calls) await expect(result).rejects.toMatchObject({ code: 'engine_closed' });
    expect(hosts[0]?.killed).toBe(true);
    await expect(ask().result).rejects.toMatchObject({ code: 'engine_closed' });
  });
});
