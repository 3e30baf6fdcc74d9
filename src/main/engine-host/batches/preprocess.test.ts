import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { pixelValues } from '#shared/imaging/normalise';
import { defaultPipeline } from '#shared/imaging/pipeline';
import type { Raster } from '#shared/imaging/raster';
import { resizeBilinear } from '#shared/imaging/resize';
import { readSafetensors } from '../../engine/safetensors';
import { readImageProcessor } from '../models/image-processor';
import { inputOf } from '../models/network-input';

/** RGB, as the files' own pixels. */
async function rasterOf(path: string): Promise<Raster> {
  const { data, info } = await sharp(path)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  return { width: info.width, height: info.height, channels: 3, data };
}

const shared = resolve(import.meta.dirname, '../../../../../shared');
const goldens = join(shared, 'goldens/preprocess');
const available = existsSync(join(goldens, 'case.json')) && existsSync(join(shared, 'data/busi'));

describe.skipIf(!available)('preprocessing against Pillow and HF (needs the reference data in ../shared)', () => {
  const { cases } = available
    ? (JSON.parse(readFileSync(join(goldens, 'case.json'), 'utf8')) as { cases: { case: number; file: string }[] })
    : { cases: [] };
  const { tensors } = available
    ? readSafetensors(readFileSync(join(goldens, 'case.safetensors')))
    : { tensors: new Map() };

  it.each(cases)('$file', async ({ case: index, file }) => {
    const raster = await rasterOf(join(shared, 'data', file));

    const resized = resizeBilinear(raster, 224, 224);
    expect(Buffer.compare(resized.data, tensors.get(`${index}.pil_resized`)?.data ?? new Uint8Array())).toBe(0);

    const bytes = Uint8Array.from(tensors.get(`${index}.processor_pixel_values`)?.data ?? []);
    const expected = new Float32Array(bytes.buffer);
    const actual = pixelValues(raster, defaultPipeline(224));
    let largest = 0;
    for (let i = 0; i < actual.length; i++)
      largest = Math.max(largest, Math.abs((actual[i] as number) - (expected[i] as number)));
    // One level is 2 / 255 = 0.0078: float rounding only where the processor resizes bytes, one level where it does not.
    expect(largest).toBeLessThan(0.008);
  });
});

const processors = join(shared, 'goldens-more/processors');
const processorsAvailable = existsSync(processors) && existsSync(join(shared, 'data/busi'));

describe.skipIf(!processorsAvailable)(
  'pixels of published image processors, by the PIL backend of transformers',
  () => {
    const cases = (processorsAvailable ? readdirSync(processors) : []).flatMap((name) => {
      const text = readFileSync(join(processors, name, 'case.json'), 'utf8');
      const { cases } = JSON.parse(text) as { cases: { case: number; file: string; shape: number[]; every: number }[] };
      return cases.map((one) => ({ name, ...one }));
    });

    it.each(cases)('$name, $file', async ({ name, case: index, file, shape, every }) => {
      const folder = join(processors, name);
      const processor = await readImageProcessor(folder, readdirSync(folder), 'vit');
      const { preparation } = inputOf({ config: { imageSize: 112, patchSize: 14 }, processor });
      expect([3, preparation.height, preparation.width]).toEqual(shape);
      const { tensors } = readSafetensors(readFileSync(join(folder, 'case.safetensors')));
      const expected = new Float32Array(Uint8Array.from(tensors.get(`${index}.pil`)?.data ?? []).buffer);
      const actual = pixelValues(await rasterOf(join(shared, 'data', file)), preparation);
      const [side, kept] = [preparation.height, Math.ceil(preparation.height / every)];
      expect(expected.length).toBe(3 * kept * kept);
      let levels = 0;
      for (let i = 0; i < expected.length; i++) {
        const [channel, y, x] = [Math.floor(i / kept ** 2), Math.floor(i / kept) % kept, i % kept];
        const value = actual[channel * side * side + y * every * side + x * every] as number;
        const oneLevel = preparation.rescaleFactor / (preparation.std[channel] as number);
        levels = Math.max(levels, Math.abs(value - (expected[i] as number)) / oneLevel);
      }
      // Bytes equal Pillow's, so only float rounding remains, well within one grey level.
      expect(levels).toBeLessThan(0.01);
    });
  },
);
