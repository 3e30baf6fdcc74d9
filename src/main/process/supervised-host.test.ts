import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HostEnd, SupervisedHost } from './supervised-host';
import { FakeHost } from './test-support/fake-host';

function supervise(launch: () => void = () => {}) {
  const hosts: FakeHost[] = [];
  const ends: HostEnd[] = [];
  const heard: unknown[] = [];
  const host = new SupervisedHost({
    launcher: () => {
      launch();
      const made = new FakeHost();
      hosts.push(made);
      return made;
    },
    host: { entry: 'host.js', name: 'host' },
    isReady: (message) => message === 'ready',
    onReady: () => heard.push('is ready'),
    onMessage: (message) => heard.push(message),
    onEnd: (end) => ends.push(end),
  });
  return { host, hosts, ends, heard };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('SupervisedHost', () => {
  it('starts one process, receives its messages, and reports how it ended', () => {
    const { host, hosts, ends, heard } = supervise();
    expect(host.state).toBe('none');
    host.start();
    host.start();
    expect([hosts.length, host.state]).toEqual([1, 'starting']);
    hosts[0]?.emit('ready');
    hosts[0]?.emit(7);
    host.send('work');
    expect([heard, hosts[0]?.sent, host.state]).toEqual([['is ready', 7], ['work'], 'ready']);
    hosts[0]?.exit('crashed');
    expect(ends).toEqual([{ reason: 'crashed', wasReady: true, isOverdue: false }]);
    expect(host.state).toBe('none');
  });

  it('ignores messages of a dropped process', () => {
    const { host, hosts, ends, heard } = supervise();
    host.start();
    host.drop();
    host.start();
    hosts[0]?.emit('ready');
    hosts[0]?.exit('was killed');
    expect([hosts[0]?.killed, heard, ends, host.state]).toEqual([true, [], [], 'starting']);
  });

  it('ends a process that is not ready after a minute, and reports it', () => {
    const { host, hosts, ends } = supervise();
    host.start();
    vi.advanceTimersByTime(59_999);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(1);
    hosts[0]?.exit('was ended from outside');
    expect(ends).toEqual([{ reason: 'was not ready in time', wasReady: false, isOverdue: true }]);
    expect(hosts[0]?.killed).toBe(true);
  });

  it('waits longer with every crash: 250 ms, 500 ms, … 30 s', () => {
    for (const [crashes, wait] of [
      [1, 250],
      [2, 500],
      [7, 16_000],
      [8, 30_000],
      [20, 30_000],
    ] as const) {
      const { host, hosts } = supervise();
      host.start(crashes);
      expect(host.state).toBe('waiting');
      vi.advanceTimersByTime(wait - 1);
      expect(hosts).toHaveLength(0);
      vi.advanceTimersByTime(1);
      expect([hosts.length, host.state]).toEqual([1, 'starting']);
    }
  });

  it('does not start a waiting process after a drop', () => {
    const { host, hosts } = supervise();
    host.start(1);
    host.drop();
    vi.advanceTimersByTime(60_000);
    expect([hosts.length, host.state]).toEqual([0, 'none']);
  });

  it('treats a launcher that throws as a process that could not be started', () => {
    const { host, ends } = supervise(() => {
      throw new Error('ENOENT');
    });
    host.start();
    expect(ends).toEqual([{ reason: 'could not be started (ENOENT)', wasReady: false, isOverdue: false }]);
  });
});
