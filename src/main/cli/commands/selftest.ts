import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { type Device, devices } from '#shared/models/run-config';
import { cancelOnAbort } from '../../engine-host/client/cancel-on-abort';
import type { SelftestResult } from '../../engine-host/core/protocol';
import { usedDevice } from '../../services/runs/used-device';
import type { RunCommand } from '../command';
import { table } from '../table';

interface Options {
  readonly cases?: string;
  readonly device: Device;
}

export function addSelftest(program: Command, run: RunCommand): void {
  program
    .command('selftest')
    .description('check the engine on this machine against reference numbers')
    .option('--cases <folder>', 'a folder of golden cases; the built-in checks by default')
    .addOption(new Option('--device <device>', 'compute device').choices(devices).default('auto'))
    .action((options: Options) =>
      run(async ({ services, interrupt }) => {
        const { device } = await usedDevice(services.engine, options.device);
        const call = services.engine.request('selftest', {
          casesFolder: options.cases === undefined ? null : resolve(options.cases),
          device,
        });
        const result = await cancelOnAbort(call, interrupt);
        const failed = result.cases.flatMap(({ checks }) => checks).filter(({ ok }) => !ok).length;
        const failure = {
          code: 'selftest_failed',
          message: `${failed} checks failed on ${result.device}.`,
          hint: hintFor(result.device),
        };
        return { result: { ...result }, text: toText(result, failed), ...(failed > 0 ? { failure } : {}) };
      }),
    );
}

/** What still works is another device; where the CPU itself fails, the machine or the installation is at fault. */
function hintFor(device: SelftestResult['device']): string {
  return device === 'cpu'
    ? 'Do not trust any result of this machine. Install Fovea again; if the checks still fail, report them with the processor model.'
    : `Do not trust results of ${device}: update its driver, or train on the CPU (--device cpu).`;
}

function toText({ device, cases }: SelftestResult, failed: number): string {
  const rows = cases.flatMap(({ name, skipped, checks }) =>
    skipped === null
      ? checks.map((check) => [
          name,
          check.what,
          check.relativeError.toExponential(2),
          check.limit.toExponential(0),
          check.ok ? 'ok' : 'FAILED',
        ])
      : [[name, `skipped: ${skipped}`, '', '', '']],
  );
  const verdict = failed === 0 ? 'All checks passed' : `${failed} checks failed`;
  return `${table(['case', 'check', 'relative error', 'limit', ''], rows)}\n${verdict} on ${device}.`;
}
