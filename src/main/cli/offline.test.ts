import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/*
 * Nothing leaves the machine, and libraries leave nothing on it: the whole workflow from images to an exported model in
 * its own home folder, with the kernel's record of every connection (strace, if permitted).
 */

const root = resolve(import.meta.dirname, '../../..');
const script = join(root, 'scripts/fovea.mjs');
const built = join(root, 'out/main');

/** onnxruntime sends nothing if one of these is set, which would make this test pass trivially. */
const QUIET_BY_THEMSELVES = [
  'CI',
  'TF_BUILD',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'CIRCLECI',
  'TRAVIS',
  'JENKINS_URL',
  'CODEBUILD_BUILD_ID',
  'BUILDKITE',
  'TEAMCITY_VERSION',
  'APPVEYOR',
  'BITBUCKET_BUILD_NUMBER',
  'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI',
  'ORT_RUNNING_UNIT_TESTS',
  'ORT_DISABLE_TELEMETRY',
  'FOVEA_HOME',
];

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fovea-offline-')));
const canTrace = spawnSync('strace', ['-f', '--seccomp-bpf', '-o', '/dev/null', 'true']).status === 0;

/** An empty home, and an environment that refers to no other. */
function newHome(name: string) {
  const path = join(folder, name);
  const inHome = (below: string) => {
    mkdirSync(join(path, below), { recursive: true });
    return join(path, below);
  };
  const environment: NodeJS.ProcessEnv = { ...process.env };
  for (const variable of QUIET_BY_THEMSELVES) delete environment[variable];
  Object.assign(environment, {
    HOME: inHome(''),
    USERPROFILE: path,
    APPDATA: inHome('AppData/Roaming'),
    LOCALAPPDATA: inHome('AppData/Local'),
    XDG_CACHE_HOME: inHome('.cache'),
    XDG_CONFIG_HOME: inHome('.config'),
    XDG_DATA_HOME: inHome('.local/share'),
    XDG_STATE_HOME: inHome('.local/state'),
    XDG_RUNTIME_DIR: inHome('run'),
    TMPDIR: inHome('tmp'),
    TEMP: join(path, 'tmp'),
    TMP: join(path, 'tmp'),
  });
  return { path, environment };
}

const filesBelow = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));

/** Starts a program. `trace`: file for the kernel's record of the network calls of it and its children. */
function begin(command: readonly string[], environment: NodeJS.ProcessEnv, trace: string | null) {
  const traced = trace === null ? [] : ['strace', '-f', '--seccomp-bpf', '-e', 'trace=%network', '-o', trace];
  const [file, ...given] = [...traced, ...command] as [string, ...string[]];
  const child = spawn(file, given, { env: environment, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<{ output: string; errors: string }>((done) => {
    child.once('close', () => done({ output, errors }));
  });
  return { child, ended };
}

/** Calls that reach another machine or resolve a name, by address or through a system service. */
const reachesOut = (record: string): string[] =>
  record
    .split('\n')
    .filter((line) => /\b(?:connect|sendto|sendmsg|sendmmsg|bind)\(.*sa_family=AF_(?:INET|UNIX)/.test(line));

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, [script, '--version'], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('from images to an exported model', () => {
  const home = newHome('home');
  const project = join(folder, 'project');

  async function fovea(...given: string[]): Promise<Record<string, unknown>> {
    const trace = canTrace ? join(folder, `${given[0]}.trace`) : null;
    const command = [process.execPath, join(built, 'cli.js'), ...given, '--json'];
    const { output, errors } = await begin(command, home.environment, trace).ended;
    expect(output, errors).not.toBe('');
    const answer = JSON.parse(output) as Record<string, unknown>;
    expect(answer, errors).toMatchObject({ ok: true });
    return answer;
  }

  it('imports, trains, evaluates and exports', { timeout: 300_000 }, async () => {
    for (const [label, grey] of [
      ['dark', 40],
      ['light', 200],
    ] as const) {
      const images = join(folder, 'images', label);
      mkdirSync(images, { recursive: true });
      for (let index = 0; index < 6; index++) {
        const background = { r: grey, g: grey, b: grey + 8 * index };
        const picture = sharp({ create: { width: 64, height: 64, channels: 3, background } });
        await picture.png().toFile(join(images, `${index}.png`));
      }
    }
    await fovea('create', project);
    await fovea('import', project, join(folder, 'images'));
    await fovea('split', project, '--validation', '0.3', '--test', '0.3');
    const trained = await fovea(
      ...['train', project, '--backbone', 'vit-micro', '--preset', 'full', '--device', 'cpu'],
      ...['--set', 'epochs=1', '--set', 'batchSize=4', '--set', 'threads=1'],
    );
    const id = String(trained['run']);
    await fovea('evaluate', project, id, '--split', 'test');
    await fovea('predict', project, id, join(folder, 'images/dark/0.png'), '--attention', join(folder, 'maps'));
    await fovea('export', project, id, '--format', 'onnx', join(folder, 'model'));
    await fovea('selftest', '--device', 'cpu');
  });

  it('serves its window to this machine only', { timeout: 60_000 }, async () => {
    const command = [process.execPath, join(built, 'cli.js'), 'app', '--web', '--port', '0'];
    const trace = canTrace ? join(folder, 'app.trace') : null;
    const { child, ended } = begin(command, home.environment, trace);
    const address = await new Promise<URL>((found) => {
      child.stderr.on('data', (chunk: Buffer) => {
        const match = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(chunk.toString());
        if (match !== null) found(new URL(match[0]));
      });
    });
    // It sets the browser's cookie and redirects to the window.
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(303);
    // strace would only detach from the traced process.
    const traced = canTrace ? readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8') : child.pid;
    process.kill(Number(traced), 'SIGTERM');
    await ended;
  });

  it.skipIf(!canTrace)('looks up no name and opens no connection (skipped where strace may not be used)', () => {
    const traces = readdirSync(folder).filter((file) => file.endsWith('.trace'));
    expect(traces).toHaveLength(9);
    for (const name of traces) {
      const calls = reachesOut(readFileSync(join(folder, name), 'utf8'));
      // The window is served on the loopback address only.
      const foreign = calls.filter(
        (call) => !(name === 'app.trace' && /bind\(.*sin_addr=inet_addr\("127\.0\.0\.1"\)/.test(call)),
      );
      expect(foreign, name).toEqual([]);
    }
  });

  it('leaves nothing but its own files in the home and temporary folders', () => {
    const foreign = filesBelow(home.path).filter(
      (file) => !/^(?:\.local\/share\/fovea|AppData\/Roaming\/Fovea|Library\/Application Support\/Fovea)\//.test(file),
    );
    expect(foreign).toEqual([]);
  });
});

it.skipIf(process.platform === 'win32')('detects onnxruntime loaded without our switches', async () => {
  const home = newHome('unguarded');
  const library = createRequire(import.meta.url).resolve('onnxruntime-node');
  // Any call initialises the library, after which it has stored its device id.
  const load = `const { InferenceSession } = require(${JSON.stringify(library)});
    InferenceSession.create(Buffer.from('no model')).catch(() => {});`;
  await begin([process.execPath, '-e', load], home.environment, null).ended;
  expect(filesBelow(home.path).join(' ')).toContain('deviceid');
});

it.skipIf(!canTrace)('detects a name lookup (skipped where strace may not be used)', async () => {
  const trace = join(folder, 'look-up.trace');
  const lookUp = "require('node:dns').lookup('fovea.invalid', () => {})";
  await begin([process.execPath, '-e', lookUp], newHome('resolver').environment, trace).ended;
  expect(reachesOut(readFileSync(trace, 'utf8'))).not.toEqual([]);
});

it('sets the switches before the library is loaded in the built bundle', () => {
  // Bundling moves an import to the top of the file, before every statement.
  const scripts = filesBelow(built).filter((file) => file.endsWith('.js'));
  expect(scripts).toContain('engine-host.js');
  const importing = scripts.filter((file) =>
    /(?:from|import)\s*\(?\s*["']onnxruntime-node["']/.test(readFileSync(join(built, file), 'utf8')),
  );
  expect(importing).toEqual([]);
});
