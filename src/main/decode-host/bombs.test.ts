import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharp } from '../ingest/raster/codec';
import { dicomFile, encapsulated, imageModule } from '../ingest/test-support/dicom-bytes';
import {
  blackPng,
  emptyJpeg2000,
  emptyJpegLs,
  pngWithTextBomb,
  resizedJpeg,
  rleFrame,
} from '../ingest/test-support/hostile-pictures';
import { launchNodeHost } from '../process/node-launcher';
import { createDecodePool, type DecodePool } from './client';
import { buildHosts } from './test-support/build-host';
import { watchMemory } from './watch-memory';

const memory = watchMemory(launchNodeHost);
let folder = '';
let pool: DecodePool;
let jpeg: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-bombs-'));
  const entry = join(await buildHosts('decode-bombs', { entry: 'entry.ts' }), 'entry.js');
  pool = createDecodePool({ launcher: memory.launcher, entry, size: 1 });
  jpeg = await sharp(Buffer.alloc(64 * 64, 100), { raw: { width: 64, height: 64, channels: 1 } })
    .toColourspace('b-w')
    .jpeg()
    .toBuffer();
});
afterAll(async () => {
  memory.stop();
  await pool.dispose();
  await rm(folder, { recursive: true });
});

const SIDE = 9_900;
/** A DICOM file whose header and codestream agree on a size just below the limit. */
const claims = (syntax: string, codestream: Buffer, side = SIDE) =>
  dicomFile(imageModule({ rows: side, columns: side }), syntax, encapsulated([], [codestream]));

interface Case {
  readonly name: string;
  readonly bytes: () => Buffer;
  /** Codes that are right; "read" where it is a picture. */
  readonly codes: readonly string[];
  /** Of the file, at most: what makes it a bomb. */
  readonly fileBytes?: number;
}

const cases: readonly Case[] = [
  { name: 'a PNG of 1 x 100,000', bytes: () => blackPng(1, 100_000), codes: ['read'] },
  { name: 'a PNG of 100,000 x 1', bytes: () => blackPng(100_000, 1), codes: ['read'] },
  { name: 'a PNG of 30,000 x 30,000', bytes: () => blackPng(30_000, 30_000), codes: ['too_large'], fileBytes: 2e6 },
  { name: 'a PNG of 10,000 x 10,000', bytes: () => blackPng(10_000, 10_000), codes: ['read'], fileBytes: 5e5 },
  {
    name: 'a PNG of 10,000 x 10,000 in colour with 16 bits',
    bytes: () => blackPng(10_000, 10_000, 16, 2),
    // A busy machine does not get through its 600 MB in time.
    codes: ['read', 'too_large', 'deadline'],
    fileBytes: 2e6,
  },
  { name: 'a text of 500 MB in a PNG', bytes: () => pngWithTextBomb(5e8), codes: ['read'], fileBytes: 2e6 },
  { name: 'a JPEG of 60,000 x 60,000', bytes: () => resizedJpeg(jpeg, 60_000, 60_000), codes: ['too_large'] },
  {
    name: 'a JPEG of 9,900 x 9,900 that is 64 x 64',
    bytes: () => resizedJpeg(jpeg, SIDE, SIDE),
    codes: ['truncated', 'damaged'],
  },
  {
    name: 'JPEG in DICOM',
    bytes: () => claims('1.2.840.10008.1.2.4.50', resizedJpeg(jpeg, SIDE, SIDE)),
    codes: ['damaged', 'truncated'],
  },
  {
    name: 'JPEG 2000 without data',
    bytes: () => claims('1.2.840.10008.1.2.4.90', emptyJpeg2000(SIDE, SIDE)),
    codes: ['damaged', 'read', 'too_large'],
  },
  {
    name: 'JPEG 2000 of 96 million tiles',
    bytes: () => claims('1.2.840.10008.1.2.4.90', emptyJpeg2000(SIDE, SIDE, 1)),
    codes: ['unsupported_image'],
  },
  {
    name: 'HTJ2K without data',
    bytes: () => claims('1.2.840.10008.1.2.4.201', emptyJpeg2000(SIDE, SIDE)),
    codes: ['damaged', 'read', 'too_large'],
  },
  {
    name: 'JPEG-LS without data',
    bytes: () => claims('1.2.840.10008.1.2.4.80', emptyJpegLs(SIDE, SIDE)),
    codes: ['damaged'],
  },
  {
    name: 'RLE without data',
    bytes: () => claims('1.2.840.10008.1.2.5', rleFrame(100)),
    codes: ['damaged', 'truncated'],
  },
];

test.each(cases)('$name', async ({ bytes, codes, fileBytes = 5000 }) => {
  const path = join(folder, 'bomb');
  const file = bytes();
  if (!codes.includes('read') || fileBytes !== 5000) expect(file.length).toBeLessThan(fileBytes);
  await writeFile(path, file);
  const seen = await pool.ingest({ path, intensity: { kind: 'auto' }, shortSide: 512 }).then(
    () => ({ code: 'read', message: 'read' }),
    (error: { readonly code: string; readonly message: string }) => error,
  );
  expect(codes).toContain(seen.code);
  expect(seen.message).not.toBe('');
});

test('no host exceeded its memory limit', () => {
  // The limit of the pool is 3 GiB, and it looks five times a second.
  for (const peak of memory.peaks().hosts) expect(peak).toBeLessThan(3.5 * 1024);
});
