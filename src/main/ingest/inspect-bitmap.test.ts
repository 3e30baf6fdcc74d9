import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ingestFile } from './ingest-file';
import { inspectFile } from './inspect-file';
import { type PngPicture, pngBytes, pngChunk } from './test-support/png-bytes';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-inspect-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(picture: Partial<PngPicture>): string {
  const path = join(folder, 'a.png');
  writeFileSync(path, pngBytes({ width: 2, height: 1, channels: 1, depth: 16, values: [0, 4095], ...picture }));
  return path;
}

// (0 + 255) / 2
const MEAN = 127.5;

test('an inspection shows the same values and notes of an image as an import', async () => {
  const path = put({ chunks: [pngChunk('acTL', Buffer.from('0000000300000000', 'hex'))] });
  const seen = await inspectFile(path, false);
  expect(seen).toMatchObject({ ok: true, kind: 'png', bitsStored: 16, pixelAspect: 1 });
  expect(seen.frame0).toMatchObject({ dtype: 'uint16', min: 0, max: 4095 });
  expect(seen.display).toMatchObject({ window: null, mean: MEAN });
  expect(seen.warnings).toEqual([expect.stringContaining('animated'), expect.stringContaining('no sBIT')]);
  const { facts } = await ingestFile(path, { kind: 'auto' }, 512, { pixels: 'square', wideSamples: 'values' });
  expect(facts.warnings).toEqual(seen.warnings);
});

test('sBIT is the displayed window, and pHYs the aspect ratio of a pixel', async () => {
  const phys = pngChunk('pHYs', [0, 0, 0, 2, 0, 0, 0, 1, 0]);
  const seen = await inspectFile(put({ chunks: [pngChunk('sBIT', [12]), phys] }), false);
  expect(seen.display).toMatchObject({ window: { center: 2047.5, width: 4095 }, mean: MEAN });
  expect(seen.pixelAspect).toBe(2);
});

test('stored values are those of the file, three channels if it has three', async () => {
  const seen = await inspectFile(put({ channels: 3, values: [0, 0, 0, 4095, 4095, 4095] }), false);
  expect(seen.frame0).toMatchObject({ shape: [1, 2, 3], max: 4095 });
  expect(seen.display).toMatchObject({ mean: MEAN });
});

test('a file of another format is named, with advice', async () => {
  const path = join(folder, 'photo.jpg');
  writeFileSync(path, Buffer.concat([Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), Buffer.alloc(100)]));
  expect((await inspectFile(path, false)).error).toMatchObject({
    code: 'not_an_image',
    message: 'This is a HEIC image, which Fovea does not read.',
    hint: expect.stringContaining('Save it as PNG or JPEG.'),
  });
});
