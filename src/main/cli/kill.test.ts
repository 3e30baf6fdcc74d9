import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import { hashFile } from '../engine-host/models/tensor-files';
import { discPicture } from '../services/test-support/disc-project';

/** The command as run in a checkout: it builds itself if needed. */
const script = resolve(import.meta.dirname, '../../../scripts/fovea.mjs');
let root: string;
let project: string;
const temporary = () => join(root, 'tmp');

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'fovea-cli-kill-'));
  project = join(root, 'project');
  for (const side of ['left', 'right'] as const) {
    const folder = join(root, 'images', side);
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < 16; i++) {
      writeFileSync(join(folder, `${side}${i}.png`), await discPicture(side, side.length * 100 + i));
    }
  }
  await succeed('create', project);
  await succeed('import', project, join(root, 'images'));
  await succeed('split', project, '--validation', '0.25', '--test', '0.25');
}, 180_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** In its own process group: a signal reaches the command and its engine at once. */
function start(...given: string[]) {
  mkdirSync(temporary(), { recursive: true });
  const child = spawn(process.execPath, [script, ...given, '--json', '--progress', 'json'], {
    env: { ...process.env, FOVEA_HOME: join(root, 'home'), TMPDIR: temporary() },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  // Not the child's `close`: an orphaned engine keeps its stderr open for a while.
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const read = new Promise<void>((resolve) => child.stdout.once('close', () => resolve()));
  const ended = Promise.all([exited, read]).then(() => stdout);
  return { child, ended };
}

async function succeed(...given: string[]): Promise<Record<string, unknown>> {
  const { child, ended } = start(...given);
  child.stderr?.resume();
  const answer = JSON.parse(await ended) as Record<string, unknown>;
  expect(answer).toMatchObject({ ok: true });
  return answer;
}

const settings = [
  ...['--backbone', 'vit-micro', '--preset', 'full', '--device', 'cpu', '--set', 'epochs=4', '--set', 'batchSize=4'],
  ...['--set', 'gradientAccumulation=1', '--set', 'threads=1', '--set', 'logEverySteps=1'],
];
const runFolder = (run: string) => join(project, 'runs', run);
const hashes = async (run: string) => {
  const file = (...path: string[]) => hashFile(join(runFolder(run), 'checkpoints', ...path));
  return [
    await file('last', 'model.safetensors'),
    await file('last', 'optimizer.safetensors'),
    await file('best', 'model.safetensors'),
  ];
};

/** Waits for this many lines of the log, and some milliseconds more. */
async function whenLogged(child: ChildProcess, records: number, milliseconds: number): Promise<void> {
  let seen = 0;
  let rest = '';
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      seen += lines.filter((line) => line.includes('"event":"run.log"')).length;
      if (seen >= records) resolve();
    });
    child.once('exit', () => resolve());
  });
  await sleep(milliseconds);
}

describe.skipIf(process.platform === 'win32')('a command killed while it trains', { timeout: 300_000 }, () => {
  it('resumes to identical weights, whether everything was killed or only its engine survived', async () => {
    const whole = String((await succeed('train', project, ...settings))['run']);
    const expected = await hashes(whole);

    const random = createRandom(33, 1);
    const first = start('train', project, ...settings);
    await whenLogged(first.child, 6, random.integer(40));
    process.kill(-(first.child.pid as number), 'SIGKILL');
    await first.ended;
    const run = readdirSync(join(project, 'runs')).find((id) => id !== whole) as string;

    const second = start('train', project, '--resume', run);
    await whenLogged(second.child, 3, random.integer(40));
    // Kill only the command: its engine saves the run and ends while the next command already requests the run.
    const engine = JSON.parse(readFileSync(join(runFolder(run), 'engine.json'), 'utf8')) as { pid: number };
    second.child.kill('SIGKILL');
    await second.ended;
    expect(await succeed('train', project, '--resume', run)).toMatchObject({ state: 'finished', epochs: 4 });
    // An ended process keeps its id until init reaps it.
    await vi.waitFor(() => expect(() => process.kill(engine.pid, 0)).toThrow('ESRCH'), { timeout: 5_000 });
    expect(await hashes(run)).toEqual(expected);
    expect(existsSync(join(runFolder(run), 'engine.json'))).toBe(false);
  });

  it('leaves no predicted images behind once Fovea starts again', async () => {
    const [run] = readdirSync(join(project, 'runs'));
    const scratch = () => {
      const folder = join(project, 'cache', 'predictions');
      return existsSync(folder) ? readdirSync(folder) : [];
    };
    const predicting = start('predict', project, String(run), join(root, 'images'));
    predicting.child.stderr?.resume();
    await vi.waitFor(() => expect(scratch()).not.toEqual([]), { timeout: 60_000, interval: 5 });
    process.kill(-(predicting.child.pid as number), 'SIGKILL');
    await predicting.ended;
    expect(scratch()).not.toEqual([]);
    await succeed('backbone', 'list');
    expect(scratch()).toEqual([]);
    expect(readdirSync(temporary())).toEqual([]);
  });
});
