import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { pixelValues } from '#shared/imaging/normalise';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { resizeBilinear } from '#shared/imaging/resize';
import { readSafetensors } from '../../engine/safetensors';

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
    const { data, info } = await sharp(join(shared, 'data', file))
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(3);
    const raster = { width: info.width, height: info.height, channels: 3 as const, data };

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
