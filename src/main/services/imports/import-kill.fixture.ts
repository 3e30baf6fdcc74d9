import { importOptionsSchema } from '#shared/models/dataset';
import { createDecodePool } from '../../decode-host/client';
import { launchNodeHost } from '../../process/node-launcher';
import { createEvents } from '../core/events';
import { createProjects } from '../project/projects';
import { createSplits } from '../splits/splits';
import { inThisThread } from '../test-support/in-this-thread';
import { quietJob } from '../test-support/quiet-job';
import { createImports } from './imports';

/** Imports `images` into the project `folder` and prints its progress, for the test that kills it. */
const [folder = '', images = '', userDataFolder = '', entry = ''] = process.argv.slice(2);
const events = createEvents();
const project = await createProjects({ userDataFolder, events }).create(folder);
const pool = createDecodePool({ launcher: launchNodeHost, entry, size: 2 });
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
