import fs from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { importOptionsSchema } from '#shared/models/dataset';
import { createDecodePool } from '../../decode-host/client';
import { decodeJobs } from '../../decode-host/jobs';
import { launchNodeHost } from '../../process/node-launcher';
import { createEvents } from '../core/events';
import { createProjects, type OpenProject } from '../project/projects';
import { createSplits } from '../splits/splits';
import { inThisThread } from '../test-support/in-this-thread';
import { quietJob } from '../test-support/quiet-job';
import { createImports } from './imports';

/**
 * Imports `images` into the project `folder` and prints its progress, for the test that kills it. `killAtWrite`: kills
 * itself in the middle of that write of its own, counted from 1, and decodes in this process; 0: never.
 */
const [folder = '', images = '', userDataFolder = '', entry = '', killAtWrite = '0'] = process.argv.slice(2);
const events = createEvents();
const projects = createProjects({ userDataFolder, events });
const project = await projects.create(folder);
if (killAtWrite !== '0') await killInWrite(project, Number(killAtWrite));
const pool =
  killAtWrite === '0'
    ? createDecodePool({ launcher: launchNodeHost, entry, size: 2 })
    : { ...decodeJobs, dispose: async () => {} };
const imports = createImports({
  events,
  pool,
  splits: createSplits(),
  background: inThisThread(() => project),
});
const plan = await imports.scan(project, [images]);
await imports.run(project, plan.id, importOptionsSchema.parse({}), null, {
  ...quietJob(),
  progress: (_phase, done) => process.stdout.write(`${done}\n`),
});
await pool.dispose();
projects.closeAll();

/**
 * Ends this process without warning in the middle of its n-th write: half of an append is written, a flush has not
 * begun, a transaction is not committed, or has just been.
 */
async function killInWrite({ store }: OpenProject, n: number): Promise<void> {
  let count = 0;
  const kill = () => process.kill(process.pid, 'SIGKILL');
  const isLast = () => ++count === n;
  const { writeSync } = fs;
  fs.writeSync = ((handle: number, bytes: Uint8Array, from: number, length: number, at: number) => {
    if (!isLast()) return writeSync(handle, bytes, from, length, at);
    writeSync(handle, bytes, from, length >> 1, at);
    return kill();
  }) as typeof fs.writeSync;
  syncBuiltinESMExports();
  const handle = await open(process.execPath, 'r');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const { datasync } = prototype;
  prototype.datasync = async function (this: FileHandle) {
    if (isLast()) kill();
    return datasync.call(this);
  };
  const { transaction } = store;
  const counted = <Result>(work: () => Result): Result => {
    const result = transaction.call(store, () => {
      const inner = work();
      if (isLast()) kill();
      return inner;
    }) as Result;
    if (isLast()) kill();
    return result;
  };
  Object.assign(store, { transaction: counted });
}
