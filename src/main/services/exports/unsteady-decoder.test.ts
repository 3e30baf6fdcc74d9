import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importOptionsSchema } from '#shared/models/dataset';
import { deidentifiedOptionsSchema } from '#shared/models/deidentified-export';
import { createDecodePool, type DecodePool } from '../../decode-host/client';
import { buildHosts } from '../../decode-host/test-support/build-host';
import { greyPng } from '../../ingest/sample/small-files';
import { launchNodeHost } from '../../process/node-launcher';
import { createJobs } from '../core/jobs';
import { createDataset } from '../dataset/dataset';
import { createImports } from '../imports/imports';
import { createSplits } from '../splits/splits';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject, type TestProject } from '../test-support/project';
import { quietJob } from '../test-support/quiet-job';
import { createDeidentifiedExports } from './deidentified-export';

const FILES = 10;
let hosts = '';
let opened: TestProject;
let pool: DecodePool;

beforeAll(async () => {
  hosts = await buildHosts('unsteady-decoder', { entry: 'entry.ts', stillborn: 'test-support/stillborn-entry.ts' });
}, 120_000);
beforeEach(async () => {
  opened = await openTestProject();
  const folder = join(opened.root, 'images');
  mkdirSync(folder);
  for (let file = 0; file < FILES; file++) {
    const pixels = Uint8Array.from({ length: 24 * 20 }, (_, index) => (index * (file + 7)) % 251);
    writeFileSync(join(folder, `${file}.png`), greyPng(pixels, 24));
  }
  pool = newPool(0);
});
afterEach(async () => {
  await pool.dispose();
  opened.close();
});

/** A pool whose first hosts, `deaths` of them, die at their start. */
function newPool(deaths: number): DecodePool {
  let starts = 0;
  const launcher: typeof launchNodeHost = (options) =>
    launchNodeHost({ ...options, entry: join(hosts, starts++ < deaths ? 'stillborn.js' : 'entry.js') });
  return createDecodePool({ launcher, entry: '', size: 1 });
}

async function replacePool(deaths: number): Promise<void> {
  await pool.dispose();
  pool = newPool(deaths);
}

async function importAll() {
  const { events, project, root } = opened;
  const imports = createImports({ events, pool, splits: createSplits(), background: inThisThread(() => project) });
  const plan = await imports.scan(project, [join(root, 'images')]);
  return imports.run(project, plan.id, importOptionsSchema.parse({}), null, quietJob());
}

function exportAll() {
  const { events, project, root } = opened;
  const dataset = createDataset({ splits: createSplits(), pool });
  const jobs = createJobs(events);
  const reports = { offer: (file: string) => file };
  const exports = createDeidentifiedExports({ dataset, pool, jobs, reports, version: '0.1.0' });
  const options = deidentifiedOptionsSchema.parse({ includeRisky: true });
  return exports.start(project, options, { folder: join(root, 'out') }).result;
}

describe('a decoder that dies at its start, twice', () => {
  it('costs an import only the current file, with the reason', async () => {
    await replacePool(2);
    const result = await importAll();
    expect(result).toMatchObject({ added: FILES - 1 });
    expect(result.skipped).toMatchObject([{ code: 'decoder_failed' }]);
  });

  it('costs a de-identified export only the current file, with the reason', async () => {
    await importAll();
    await replacePool(2);
    const result = await exportAll();
    expect(result).toMatchObject({ written: FILES - 1, failed: [{ code: 'decoder_failed' }] });
    expect(result.failed[0]?.message).toMatch(/could not be started/);
  });

  it('ends the export if it never starts', async () => {
    await importAll();
    await replacePool(Number.POSITIVE_INFINITY);
    await expect(exportAll()).rejects.toMatchObject({ code: 'decoder_failed' });
    expect(readdirSync(opened.root).filter((name) => name.startsWith('out'))).toEqual([]);
  });
});
