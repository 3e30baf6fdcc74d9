import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLog, describeFailure, withoutNames } from './logger';

it('logs what happened without the paths and names in error messages', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-log-'));
  const log = createLog(folder);
  const missing = await readFile('/data/DOE JANE 1970/scan 1.dcm').catch((error: unknown) => error);
  log.failure('dataset.image', new Error('no tag "DOE^JANE"', { cause: missing }));
  log.info('started', { version: '1' });
  log.close();
  const lines = (await readFile(join(folder, 'logs/fovea.log'), 'utf8')).trim().split('\n');
  await rm(folder, { recursive: true });
  expect(lines).toHaveLength(2);
  expect(lines[0]).not.toMatch(/DOE|JANE|scan 1|\/data/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    msg: 'dataset.image',
    error: { message: 'no tag "…"', cause: { code: 'ENOENT' } },
  });
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ msg: 'started', version: '1' });
});

it.each([
  ['open C:\\Users\\Jane Doe\\a.dcm failed', 'open …'],
  ['cannot read \\\\server\\share\\x', 'cannot read …'],
  ['file:///home/jane/x.js:3', '…'],
  ['plain words stay', 'plain words stay'],
])('removes names from %j', (text, expected) => {
  expect(withoutNames(text)).toBe(expected);
});

it('continues without a log if none can be written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-log-'));
  await writeFile(join(folder, 'logs'), 'a file where the folder should be');
  const log = createLog(folder);
  expect(() => log.failure('x', new Error('y'))).not.toThrow();
  await rm(folder, { recursive: true });
});

it('keeps the place of a failure, without folders', () => {
  const error = new Error('x');
  error.stack =
    'Error: x\n    at open (file:///home/jane doe/app/out/main/chunks/services.js:12:3)\n    at async C:\\Users\\jane\\cli.js:1:2\n    at readdir (node:internal/fs/promises:946:10)';
  expect(describeFailure(error).stack).toEqual([
    'at open (services.js:12:3)',
    'at async cli.js:1:2',
    'at readdir (node:internal/fs/promises:946:10)',
  ]);
});
