import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineCommand } from '../engine-host/core/protocol';
import type { HostLauncher } from '../process/host';
import { INCOMING, makeScratch } from '../process/scratch';
import { FakeHost } from '../process/test-support/fake-host';
import { createLog } from './core/logger';
import { findPlaces } from './core/places';
import { createServices, type Services } from './services';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-services-'));
  mkdirSync(join(folder, 'temporary'));
  vi.stubEnv('TMPDIR', join(folder, 'temporary'));
  vi.stubEnv('FOVEA_HOME', join(folder, 'home'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const noLauncher: HostLauncher = () => {
  throw new Error('nothing is started here');
};

function start(launcher = noLauncher): Services {
  const places = findPlaces(join(folder, 'out/main'));
  return createServices({ places, version: '0.0.0-test', log: createLog(places.userDataFolder), launcher });
}

/** Scratch folders of a killed process, and of this living one. */
async function leave(parent: string, kind: string): Promise<{ readonly left: string; readonly kept: string }> {
  mkdirSync(parent, { recursive: true });
  const kept = await makeScratch(parent, kind);
  const ended = spawnSync(process.execPath, ['-e', '']).pid;
  const left = join(parent, basename(kept).replace(`-${process.pid}-`, `-${ended}-`));
  mkdirSync(left);
  for (const place of [left, kept]) writeFileSync(join(place, 'pixels'), 'pixels');
  return { left, kept };
}

describe.skipIf(process.platform === 'win32')('scratch files of killed processes', () => {
  it('are deleted when Fovea starts, and those of a project when it is opened', async () => {
    const first = start();
    const project = await first.projects.create(join(folder, 'project'));
    await first.close();
    const temporary = join(folder, 'temporary');
    const atStart = [
      await leave(temporary, 'fovea-upload'),
      await leave(temporary, 'fovea-bench'),
      await leave(temporary, 'fovea-precision'),
      await leave(join(folder, 'home/backbones'), INCOMING),
    ];
    const atOpening = [
      await leave(join(project.folder, 'cache/predictions'), 'job'),
      await leave(join(project.folder, 'cache/unpacking'), 'import'),
      await leave(join(project.folder, 'exports'), INCOMING),
    ];
    const services = start();
    await services.projects.open(project.folder);
    await services.close();
    for (const { left, kept } of [...atStart, ...atOpening]) {
      expect([existsSync(left), existsSync(kept)], basename(left)).toEqual([false, true]);
    }
    expect(readdirSync(temporary)).toHaveLength(3);
  });
});

describe('a checkpoint folder', () => {
  it('is read in a process of the engine alone, whose refusal is the answer', async () => {
    mkdirSync(join(folder, 'resources'));
    writeFileSync(join(folder, 'resources/backbones.json'), '{"version":1,"checkpoints":[]}');
    const hosts: { readonly name: string; readonly host: FakeHost<EngineCommand> }[] = [];
    const services = start(({ name }) => {
      const host = new FakeHost<EngineCommand>();
      hosts.push({ name, host });
      return host;
    });
    mkdirSync(join(folder, 'nothing'));
    const imported = services.backbones.importCheckpoint([join(folder, 'nothing')], 'mine');
    await expect.poll(() => hosts.map(({ name }) => name)).toEqual(['Fovea engine (checkpoints)']);
    const [host] = hosts.map((one) => one.host);
    host?.emit({ kind: 'ready' });
    expect(host?.sent).toMatchObject([{ name: 'inspectBackbone', input: { folder: join(folder, 'nothing') } }]);
    const error = { code: 'backbone_invalid', message: 'Said by the engine.', hint: null };
    host?.emit({ kind: 'error', id: 1, error });
    await expect(imported).rejects.toMatchObject({ code: 'backbone_invalid', message: 'Said by the engine.' });
    await services.close();
  });
});
