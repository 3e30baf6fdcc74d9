import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ingestFrames } from './ingest-file';
import { dicomFile, encapsulated, imageModule } from './test-support/dicom-bytes';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-frames-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'file.dcm');
  await writeFile(path, bytes);
  return path;
}

test('a call reads at most 32 frames, and the next continues there', async () => {
  const pixels = Uint8Array.from({ length: 70 * 4 }, (_, index) => index >> 2);
  const path = await put(dicomFile([...imageModule({ rows: 2, columns: 2, frames: 70 }), ['7fe00010', 'OW', pixels]]));
  const seen: number[] = [];
  for (let from = 0, chosen = 1; from < chosen; ) {
    const part = await ingestFrames(path, { kind: 'window', center: 128, width: 256 }, 512, { kind: 'all' }, from);
    expect(part.outcomes.length).toBeLessThanOrEqual(32);
    for (const outcome of part.outcomes) {
      if ('error' in outcome) throw new Error(outcome.error.message);
      expect(outcome.file.facts).toMatchObject({ frame: outcome.frame, frames: 70 });
      expect(outcome.file.raster.data[0]).toBe(outcome.frame);
      seen.push(outcome.frame);
    }
    ({ chosen, next: from } = part);
  }
  expect(seen).toEqual(Array.from({ length: 70 }, (_, index) => index));
});

test('a damaged frame is an outcome of its own; eight in a row end the file', async () => {
  // RLE (PS3.5, Annex G): one segment of four literal bytes after its 64-byte header.
  const good = Buffer.alloc(70);
  good.writeUInt32LE(1, 0);
  good.writeUInt32LE(64, 4);
  good.set([3, 1, 2, 3, 4], 64);
  const bad = Buffer.alloc(70, 0xff);
  const file = (fragments: readonly Buffer[]) =>
    put(
      dicomFile(
        imageModule({ rows: 2, columns: 2, frames: fragments.length }),
        '1.2.840.10008.1.2.5',
        encapsulated([], fragments),
      ),
    );
  const mixed = await ingestFrames(await file([good, bad, good]), { kind: 'auto' }, 512, { kind: 'all' }, 0);
  expect(mixed.outcomes.map((one) => ('error' in one ? one.error.code : 'read'))).toEqual(['read', 'damaged', 'read']);
  expect(mixed.next).toBe(3);
  const broken = await ingestFrames(
    await file([good, ...Array.from({ length: 20 }, () => bad)]),
    { kind: 'auto' },
    512,
    { kind: 'all' },
    0,
  );
  expect(broken.outcomes).toHaveLength(9);
  expect([broken.next, broken.chosen]).toEqual([21, 21]);
});
