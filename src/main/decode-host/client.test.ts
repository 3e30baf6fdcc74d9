import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeidentifyFileInput } from '../ingest/deidentify-file';
import { sharp } from '../ingest/raster/codec';
import { dicomFile, imageModule } from '../ingest/test-support/dicom-bytes';
import { writeRasterFile } from '../packs/place';
import { launchNodeHost } from '../process/node-launcher';
import { createDecodePool, type DecodePool } from './client';
import { buildHosts } from './test-support/build-host';

let folder = '';
let hosts = '';
let pool: DecodePool;
let unruly: DecodePool;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-decode-'));
  hosts = await buildHosts('decode-client', {
    entry: 'entry.ts',
    unruly: 'test-support/unruly-entry.ts',
    stillborn: 'test-support/stillborn-entry.ts',
  });
  pool = createDecodePool({ launcher: launchNodeHost, entry: join(hosts, 'entry.js'), size: 2 });
  const entry = join(hosts, 'unruly.js');
  unruly = createDecodePool({ launcher: launchNodeHost, entry, size: 1, deadlineMs: 3000 });
});
afterAll(async () => {
  await pool.dispose();
  await unruly.dispose();
  await rm(folder, { recursive: true });
});

async function put(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const ramp = Uint8Array.from({ length: 64 * 48 }, (_, index) => index % 64);
const dicom = () =>
  dicomFile([
    ['00080060', 'CS', 'US'],
    ['00100020', 'LO', 'PID-1'],
    ...imageModule({ rows: 48, columns: 64 }),
    ['00281050', 'DS', '32.5'],
    ['00281051', 'DS', '65'],
    ['7fe00010', 'OW', ramp],
  ]);

describe('real decode hosts', () => {
  test('ingest: facts, canonical raster and thumbnail of a DICOM file', async () => {
    const path = await put('a b (1) ä.dcm', dicom());
    const { facts, raster, thumbnail } = await pool.ingest({ path, intensity: { kind: 'auto' }, shortSide: 24 });
    expect(facts).toMatchObject({
      kind: 'dicom',
      width: 64,
      height: 48,
      modality: 'US',
      colour: false,
      window: { center: 32.5, width: 65 },
      range: { min: 0, max: 63 },
      identity: { patient: 'PID-1' },
    });
    expect(facts.hash).toMatch(/^[0-9a-f]{64}$/);
    expect([raster.width, raster.height, raster.channels, raster.data.length]).toEqual([32, 24, 1, 32 * 24]);
    expect((await sharp(thumbnail).metadata()).format).toBe('jpeg');
  });

  test('display, tags, inspect, rasterPng and encodePng', async () => {
    const path = await put('b.dcm', dicom());
    const png = await pool.display({ path, frame: 0, window: { center: 0.5, width: 1 }, invert: false });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, data[0], data[info.channels]]).toEqual([64, 48, 0, 255]);
    await expect(pool.display({ path, frame: 1, window: null, invert: false })).rejects.toMatchObject({
      code: 'not_found',
    });
    const tags = await pool.tags({ path, identifying: false });
    expect(tags.find(({ keyword }) => keyword === 'PatientID')?.value).toBe('•••');
    const seen = await pool.inspect({ path, identifying: false });
    expect(seen).toMatchObject({
      ok: true,
      rows: 48,
      columns: 64,
      frame0: { dtype: 'uint8', shape: [48, 64], max: 63 },
    });
    const raster = { width: 64, height: 48, channels: 1, data: ramp } as const;
    const cached = writeRasterFile(await put('c.raster', Buffer.alloc(0)), raster);
    expect((await sharp(await pool.rasterPng({ raster: cached, maxSide: 32 })).metadata()).width).toBe(32);
    expect((await sharp(await pool.encodePng(raster)).metadata()).height).toBe(48);
  });

  test.each([
    ['not there', null, 'unreadable'],
    ['text', Buffer.from('just a note'), 'not_an_image'],
    ['empty', Buffer.alloc(0), 'not_an_image'],
    ['cut off', dicom().subarray(0, 1000), 'truncated'],
    ['no pixels', dicomFile([['00080060', 'CS', 'SR']]), 'no_pixel_data'],
    ['a video', dicomFile(imageModule({ rows: 9, columns: 9 }), '1.2.840.10008.1.2.4.102'), 'no_pixel_data'],
    [
      'a video with data',
      dicomFile([...imageModule({ rows: 9, columns: 9 }), ['7fe00010', 'OB', ramp]], '1.2.840.10008.1.2.4.102'),
      'unsupported_transfer_syntax',
    ],
    ['no rows', dicomFile([['7fe00010', 'OB', ramp]]), 'not_dicom_image'],
    [
      'too many pixels',
      dicomFile([...imageModule({ rows: 60_000, columns: 60_000 }), ['7fe00010', 'OB', ramp]]),
      'too_large',
    ],
  ])('%s is rejected with a reason', async (name, bytes, code) => {
    const path = bytes === null ? join(folder, 'nowhere') : await put(name, bytes);
    await expect(pool.ingest({ path, intensity: { kind: 'auto' }, shortSide: 512 })).rejects.toMatchObject({ code });
    expect(await pool.inspect({ path, identifying: false })).toMatchObject({ ok: false, error: { code } });
  });
});

describe('hosts that hang or crash', () => {
  const ask = (path: string) => unruly.tags({ path, identifying: false });

  test('a job past its deadline is stopped, and the next one runs in a new process', async () => {
    const [before] = await ask('answer');
    const [hung, next] = await Promise.allSettled([ask('hang'), ask('answer')]);
    expect(hung).toMatchObject({ status: 'rejected', reason: { code: 'deadline', name: 'FoveaError' } });
    expect(next.status === 'fulfilled' && next.value[0]?.value).not.toBe(before?.value);
    expect(next.status).toBe('fulfilled');
  });

  test.skipIf(process.platform === 'win32')(
    'a job that takes native memory is stopped midway (Windows does not tell)',
    async () => {
      const entry = join(hosts, 'unruly.js');
      const small = createDecodePool({ launcher: launchNodeHost, entry, size: 1, residentMB: 400 });
      const [before] = await small.tags({ path: 'answer', identifying: false });
      const [grown, next] = await Promise.allSettled([
        small.tags({ path: 'grow', identifying: false }),
        small.tags({ path: 'answer', identifying: false }),
      ]);
      expect(grown).toMatchObject({
        status: 'rejected',
        reason: { code: 'too_large', message: 'Reading the file needed more than 400 MB of memory and was stopped.' },
      });
      expect(next.status === 'fulfilled' && next.value[0]?.value).not.toBe(before?.value);
      expect(next.status).toBe('fulfilled');
      await small.dispose();
    },
  );

  test('a file that crashes its decoder is tried twice and reported, and ends its own job only', async () => {
    const started: number[] = [];
    const counted = createDecodePool({
      launcher: (options) => {
        const host = launchNodeHost(options);
        started.push(host.pid ?? 0);
        return host;
      },
      entry: join(hosts, 'unruly.js'),
      size: 1,
    });
    const asked = ['answer', 'crash', 'answer'].map((path) => counted.tags({ path, identifying: false }));
    const [before, crashed, next] = await Promise.allSettled(asked);
    expect(crashed).toMatchObject({ status: 'rejected', reason: { code: 'decoder_crashed' } });
    expect([before?.status, next?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(started).toHaveLength(3);
    await counted.dispose();
  });

  test.each(['tags', 'ingest', 'deidentify'] as const)(
    'a host killed from outside does not count against its file: %s is done in a new one',
    async (name) => {
      const mark = join(folder, `killed in ${name}`);
      const calls = {
        tags: (path: string) => unruly.tags({ path, identifying: false }),
        ingest: (path: string) => unruly.ingest({ path, intensity: { kind: 'auto' }, shortSide: 24 }),
        deidentify: (path: string) => unruly.deidentify({ path } as DeidentifyFileInput),
      };
      const answer = calls[name](`once:${mark}`);
      await expect.poll(() => existsSync(mark) && readFileSync(mark, 'utf8')).toMatch(/^\d+$/);
      process.kill(Number(readFileSync(mark, 'utf8')), 'SIGKILL');
      const pid = (await answer) as unknown as readonly { readonly value: string }[];
      expect(Number(pid[0]?.value)).not.toBe(Number(readFileSync(mark, 'utf8')));
    },
  );

  test('a host that does not start does not count against the file', async () => {
    const broken = createDecodePool({ launcher: launchNodeHost, entry: join(hosts, 'stillborn.js'), size: 1 });
    await expect(broken.tags({ path: 'a', identifying: false })).rejects.toMatchObject({ code: 'decoder_failed' });
    await broken.dispose();
  });

  test('a host that dies at its start is replaced, and its file read in the new one', async () => {
    const starts: string[] = [];
    const unsteady = createDecodePool({
      launcher: (options) => {
        starts.push(starts.length === 0 ? 'stillborn.js' : 'unruly.js');
        return launchNodeHost({ ...options, entry: join(hosts, starts.at(-1) as string) });
      },
      entry: '',
      size: 1,
    });
    expect(await unsteady.tags({ path: 'a', identifying: false })).toHaveLength(1);
    expect(starts).toEqual(['stillborn.js', 'unruly.js']);
    await unsteady.dispose();
  });

  test('an exception of a decoder counts against its file, and the process survives', async () => {
    const [before] = await ask('answer');
    await expect(ask('throw')).rejects.toMatchObject({ code: 'damaged' });
    expect(await ask('answer')).toEqual([before]);
  });

  test('inspect replies even if its host is killed', async () => {
    const seen = await unruly.inspect({ path: 'hang', identifying: false });
    expect(seen).toMatchObject({ ok: false, path: 'hang', error: { code: 'deadline' } });
  });

  test('dispose ends running and queued jobs', async () => {
    const entry = join(hosts, 'unruly.js');
    const ending = createDecodePool({ launcher: launchNodeHost, entry, size: 1 });
    const calls = [ending.tags({ path: 'hang', identifying: false }), ending.tags({ path: 'a', identifying: false })];
    await ending.dispose();
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await expect(ending.tags({ path: 'a', identifying: false })).rejects.toMatchObject({ code: 'cancelled' });
  });
});
