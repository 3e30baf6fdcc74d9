import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dicomFile, encapsulated, imageModule, items, type TestElement } from '../ingest/test-support/dicom-bytes';
import { expectedOutcomes } from '../ingest/test-support/expected-outcomes';
import { goodFiles } from '../ingest/test-support/good-files';
import { mutate } from '../ingest/test-support/mutate';
import { mutateDicom } from '../ingest/test-support/mutate-dicom';
import { mutatePicture } from '../ingest/test-support/mutate-picture';
import { seededRandom } from '../ingest/test-support/random';
import { sharedData } from '../ingest/test-support/shared-data';
import { launchNodeHost } from '../process/node-launcher';
import { createDecodePool, type DecodePool } from './client';
import { buildHosts } from './test-support/build-host';
import { watchMemory } from './watch-memory';

const memory = watchMemory(launchNodeHost);
let folder = '';
let pool: DecodePool;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-hostile-'));
  const entry = join(await buildHosts('decode-hostile', { entry: 'entry.ts' }), 'entry.js');
  pool = createDecodePool({ launcher: memory.launcher, entry, size: 2 });
});
afterAll(async () => {
  memory.stop();
  await pool.dispose();
  await rm(folder, { recursive: true });
});

/** What becomes of a file: "read", or the code of its refusal. */
async function outcome(bytes: Uint8Array, name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const call = pool.ingest({ path, intensity: { kind: 'auto' }, shortSide: 512 });
  return call.then(
    () => 'read',
    (error: { readonly code: string }) => error.code,
  );
}

const expected = new Set(expectedOutcomes);

const { path: data, missing, why } = sharedData('dicom/pydicom');

/** Small, one for each decoder. */
const sources = [
  'MR_small.dcm',
  'MR_small_RLE.dcm',
  'MR_small_jp2klossless.dcm',
  'MR_small_jpeg_ls_lossless.dcm',
  'JPGExtended.dcm',
  'SC_rgb_jpeg_dcmtk.dcm',
  'SC_rgb_jpeg_gdcm.dcm',
  'image_dfl.dcm',
];
const MUTATIONS_EACH = 25;

/** Damages a good file again and again; each copy is read or refused with a reason, and the good file still reads. */
async function expectReasons(name: string, good: Buffer, damage: (good: Buffer, seed: number) => Buffer) {
  const seeds = Array.from({ length: MUTATIONS_EACH }, (_, seed) => seed);
  const outcomes = await Promise.all(seeds.map((seed) => outcome(damage(good, seed), `${seed}-${name}`)));
  const unexpected = outcomes.flatMap((code, seed) => (expected.has(code) ? [] : [`seed ${seed}: ${code}`]));
  expect(unexpected).toEqual([]);
  // A decoder that was left poisoned by bad input would fail here, in either process.
  expect(await Promise.all([outcome(good, `a-${name}`), outcome(good, `b-${name}`)])).toEqual(['read', 'read']);
}

/** Also for damage that follows the structure: RLE and lossless JPEG of other makers, frames, offset tables. */
const structured = [...sources, 'SC_rgb_rle_2frame.dcm', 'JPEG2000.dcm', 'SC_rgb_jls_lossy_sample.dcm'];

describe.skipIf(missing)(`damaged files${why}`, () => {
  test.each(sources)(
    `${MUTATIONS_EACH} mutations of %s: each is read or rejected, and the good file still reads`,
    async (name) => expectReasons(name, await readFile(join(data, name)), mutate),
  );
  test.each(structured)(
    `${MUTATIONS_EACH} mutations of %s: representations, lengths, fragments, offset table, codestream`,
    async (name) => expectReasons(name, await readFile(join(data, name)), mutateDicom),
  );
});

describe('generated damaged files', () => {
  test(`${MUTATIONS_EACH} mutations each of native and JPEG DICOM, PNG and JPEG`, async () => {
    for (const { name, kind, bytes } of await goodFiles()) {
      await expectReasons(name, bytes, kind === 'dicom' ? mutateDicom : mutatePicture);
    }
  });

  test('a few hundred damaged small files take little memory', () => {
    const { hosts } = memory.peaks();
    expect(hosts.length).toBeGreaterThan(0);
    for (const peak of hosts) expect(peak).toBeLessThan(1024);
  });
});

describe.skipIf(missing)(`a file on which a decoder hangs${why}`, () => {
  test('is stopped at the deadline, and the next file is read', async () => {
    const entry = join(await buildHosts('decode-hanging', { entry: 'entry.ts' }), 'entry.js');
    const hasty = createDecodePool({ launcher: launchNodeHost, entry, size: 1, deadlineMs: 4000 });
    const good = await readFile(join(data, 'SC_rgb_jls_lossy_line.dcm'));
    const ingest = async (bytes: Uint8Array, name: string) => {
      await writeFile(join(folder, name), bytes);
      return hasty.ingest({ path: join(folder, name), intensity: { kind: 'auto' }, shortSide: 512 });
    };
    // Found by mutation: CharLS decodes this JPEG-LS codestream for minutes.
    await expect(ingest(mutate(good, 3160), 'hanging')).rejects.toMatchObject({ code: 'deadline' });
    expect((await ingest(good, 'good')).facts.width).toBe(100);
    await hasty.dispose();
  });
});

describe('bombs and random data', () => {
  test('random bytes, bare and after a DICOM preamble', async () => {
    const random = seededRandom(7);
    const noise = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
    const header = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);
    const files = Array.from({ length: 20 }, (_, index) =>
      index % 2 ? noise(5000) : Buffer.concat([header, noise(5000)]),
    );
    const outcomes = await Promise.all(files.map((bytes, index) => outcome(bytes, `noise-${index}`)));
    for (const code of outcomes) expect(['not_an_image', 'damaged', 'truncated']).toContain(code);
  });

  test('a deflated file that unpacks to 1.5 GB', async () => {
    // A deflated megabyte that ends at a byte boundary, again and again.
    const megabyte = deflateRawSync(Buffer.alloc(2 ** 20), { finishFlush: constants.Z_SYNC_FLUSH });
    const bomb = Buffer.concat([
      dicomFile([], '1.2.840.10008.1.2.1.99'),
      ...Array.from({ length: 1536 }, () => megabyte),
    ]);
    expect(await outcome(bomb, 'bomb')).toBe('too_large');
  });

  test('a codestream larger than the image size in the header', async () => {
    const siz = Buffer.alloc(60);
    siz.writeUInt32BE(0xff4fff51, 0);
    siz.writeUInt16BE(41, 4);
    siz.writeUInt32BE(20_000, 8);
    siz.writeUInt32BE(20_000, 12);
    siz.writeUInt32BE(20_000, 24);
    siz.writeUInt32BE(20_000, 28);
    siz.writeUInt16BE(1, 40);
    siz.set([7, 1, 1], 42);
    const file = dicomFile(imageModule({ rows: 512, columns: 512 }), '1.2.840.10008.1.2.4.90', encapsulated([], [siz]));
    expect(await outcome(file, 'larger')).toBe('damaged');
  });

  test('sequences nested 5,000 deep', async () => {
    // Undefined lengths, so that the file stays small: open 5,000 sequences and never close them.
    const open = Buffer.from('0800401153510000ffffffff' + 'feff00e0ffffffff', 'hex');
    const file = Buffer.concat([dicomFile([]), ...Array.from({ length: 5000 }, () => open)]);
    expect(expected).toContain(await outcome(file, 'nested'));
    const pixels: TestElement = ['7fe00010', 'OB', Uint8Array.of(1)];
    const shallow: TestElement = ['00081140', 'SQ', items([['00081155', 'UI', '1.2']])];
    expect(await outcome(dicomFile([shallow, ...imageModule({ rows: 1, columns: 1 }), pixels]), 'shallow')).toBe(
      'read',
    );
  });

  test('an image of 1 x 60,000 pixels is read', async () => {
    const pixels: TestElement = ['7fe00010', 'OB', new Uint8Array(60_000)];
    expect(await outcome(dicomFile([...imageModule({ rows: 1, columns: 60_000 }), pixels]), 'long')).toBe('read');
  });

  test('too high a frame count: the first frame is read, none is invented', async () => {
    const pixels: TestElement = ['7fe00010', 'OB', new Uint8Array(100)];
    expect(await outcome(dicomFile([...imageModule({ rows: 10, columns: 10, frames: 3 }), pixels]), 'frames')).toBe(
      'read',
    );
    const path = join(folder, 'frames');
    for (const frame of [1, 2, 3]) {
      await expect(pool.display({ path, frame, window: null, invert: false }), `${frame}`).rejects.toMatchObject({
        code: 'not_found',
      });
    }
  });
});
