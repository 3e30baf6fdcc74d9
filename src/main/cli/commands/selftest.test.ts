import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Device } from '#shared/models/run-config';
import type { SelftestResult } from '../../engine-host/core/protocol';
import type { RunCommand } from '../command';
import type { Outcome } from '../outcome';
import type { Session } from '../session';
import { addSelftest } from './selftest';

/** The outcome of `fovea selftest` on a device whose only check fails or not. */
async function selftest(device: SelftestResult['device'], ok: boolean): Promise<Outcome> {
  const check = { what: 'output', relativeError: ok ? 0 : 1, limit: 1e-3, ok };
  const result: SelftestResult = { device, cases: [{ name: 'a case', skipped: null, checks: [check] }] };
  const engine = { request: () => ({ result: Promise.resolve(result), control: () => {} }) };
  const session = { services: { engine }, interrupt: new AbortController().signal } as unknown as Session;
  const outcomes: Outcome[] = [];
  const run: RunCommand = async (work) => {
    outcomes.push(await work(session));
  };
  const program = new Command();
  addSelftest(program, run);
  await program.parseAsync(['selftest', '--device', device], { from: 'user' });
  return outcomes[0] as Outcome;
}

/** What a hint says to use instead: “train on the CPU (--device cpu)”. */
const advised = (hint: string | null | undefined): string[] =>
  [...(hint ?? '').matchAll(/--device (\w+)/g)].map(([, device]) => device as string);

describe('a self-test that failed', () => {
  const devices: readonly Exclude<Device, 'auto'>[] = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml', 'tfjs'];

  it.each(devices)('on %s never advises that device', async (device) => {
    const { failure } = await selftest(device, false);
    expect(failure).toMatchObject({ code: 'selftest_failed', message: `1 checks failed on ${device}.` });
    expect(advised(failure?.hint)).toEqual(device === 'cpu' ? [] : ['cpu']);
    expect(failure?.hint).toMatch(/^Do not trust/);
  });

  it('is none where all checks passed', async () => {
    expect((await selftest('cpu', true)).failure).toBeUndefined();
  });
});
