import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import { runGoldenCase } from '../../engine/selftest/golden-case';
import { runOpChecks } from '../../engine/selftest/op-checks';
import { requireDevice } from '../core/device';
import type { SelftestResult, SelftestSpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';

const FILES = {
  config: 'config.json',
  model: 'model.safetensors',
  case: 'case.safetensors',
  gradients: 'gradients.safetensors',
  trained: 'trained.safetensors',
  settings: 'case.json',
} as const;

async function readCase(folder: string) {
  const bytes = async (name: string) => new Uint8Array(await readFile(join(folder, name)));
  const json = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8')) as unknown;
  return {
    config: await json(FILES.config),
    model: await bytes(FILES.model),
    case: await bytes(FILES.case),
    gradients: await bytes(FILES.gradients),
    trained: await bytes(FILES.trained),
    settings: await json(FILES.settings),
  };
}

/** Compares the engine on this machine with reference cases, or with closed forms if no folder is given. */
export async function selftest(spec: SelftestSpec, context: RequestContext): Promise<SelftestResult> {
  const device = await requireDevice(spec.device);
  if (spec.casesFolder === null) {
    return { device, cases: [{ name: 'operators', skipped: null, checks: await runOpChecks(device) }] };
  }
  const root = spec.casesFolder;
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    throw new FoveaError('cases_missing', 'The folder of reference cases cannot be opened.', {
      hint: 'Give the folder that holds one folder a case.',
      cause: error,
    });
  });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const complete = names.filter((name) => Object.values(FILES).every((file) => existsSync(join(root, name, file))));
  if (complete.length === 0) {
    throw new FoveaError('cases_missing', 'The folder holds no reference case.', {
      hint: `A case is a folder with ${Object.values(FILES).join(', ')}.`,
    });
  }
  const cases: SelftestResult['cases'][number][] = [];
  for (const name of complete) {
    cases.push({ name, ...(await runGoldenCase(await readCase(join(root, name)), device)) });
    await checkCancelled(context);
  }
  return { device, cases };
}
