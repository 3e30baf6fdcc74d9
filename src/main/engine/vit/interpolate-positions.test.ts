import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors, toFloat32 } from '../safetensors';
import { createClassifier } from '../train/classifier';
import type { VitConfig } from './config';
import { interpolatePositions, withImageSize } from './interpolate-positions';
import { positionsName } from './names';
import { parseVitConfig } from './parse-config';

/** A model whose grid of positions is `grid` wide, one hidden unit. */
const configOf = (model_type: string, grid: number): VitConfig => ({
  ...parseVitConfig({ model_type, image_size: 8, patch_size: 8, hidden_size: 12 }),
  imageSize: grid * 8,
  hiddenSize: 1,
});

/** The patches' positions of a 3 x 3 grid: sin(0.7 i + 0.3 sin(1.9 i)). */
const grid = Array.from({ length: 9 }, (_, i) => Math.sin(0.7 * i + 0.3 * Math.sin(1.9 * i)));

function interpolate(model_type: string, leading: readonly number[], to: number): number[] {
  const from = configOf(model_type, 3);
  const name = positionsName(from.family);
  const data = Float32Array.of(...leading, ...grid);
  const parameters = new Map([[name, { shape: [1, data.length, 1], data }]]);
  const tensor = interpolatePositions(parameters, from, withImageSize(from, 8 * to)).get(name);
  expect(tensor?.shape).toEqual([1, leading.length + to * to, 1]);
  return [...(tensor?.data ?? [])];
}

// torch.nn.functional.interpolate(grid, size=(n, n), mode='bicubic', align_corners=False, antialias=…) of PyTorch 2.15.
const plain = {
  2: [0.3658033, 0.6793422, -0.4060396, -0.5792911],
  4: [
    -0.1356811, 0.5289252, 1.0442431, 1.038901, 0.8021172, 0.5939977, 0.297429, 0.1261376, 0.5060938, -0.0702182,
    -0.5314036, -0.5451024, -0.8104178, -0.9850457, -0.8449444, -0.49108,
  ],
};
const antialiased = {
  2: [0.4686178, 0.5437725, -0.2809351, -0.5604647],
  4: [
    -0.0969959, 0.5200742, 0.9869342, 1.0109037, 0.7158374, 0.5372851, 0.2958728, 0.1429451, 0.4275693, -0.0776085,
    -0.465401, -0.492696, -0.7810812, -0.9391218, -0.8196347, -0.497528,
  ],
};

describe('interpolatePositions', () => {
  it.each([
    ['vit', [5], plain],
    ['deit', [5, 6], plain],
    ['dinov2', [5], plain],
    ['dinov2_with_registers', [5], antialiased],
  ] as const)('of %s does what PyTorch does, and leaves the leading tokens alone', (family, leading, expected) => {
    for (const size of [2, 4] as const) {
      const values = interpolate(family, leading, size);
      expect(values.slice(0, leading.length)).toEqual([...leading]);
      values.slice(leading.length).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[size][i] ?? Number.NaN, 6);
      });
    }
  });

  it('changes nothing where the size is the same', () => {
    const config = configOf('vit', 3);
    const parameters = new Map();
    expect(withImageSize(config, null)).toBe(config);
    expect(withImageSize(config, 24)).toBe(config);
    expect(interpolatePositions(parameters, config, config)).toBe(parameters);
  });

  it.each([4, 20, 31])('refuses %i pixels for patches of 8, and says what fits', (size) => {
    expect(() => withImageSize(configOf('vit', 3), size)).toThrow(
      expect.objectContaining({ code: 'image_size_unfit', hint: expect.stringMatching(/such as \d+ or \d+/) }),
    );
  });
});

const goldens = path.resolve(import.meta.dirname, '../../../../../shared/goldens');

describe.skipIf(!existsSync(goldens))('whole models (skipped where ../shared/goldens is missing)', () => {
  // Logits of the golden checkpoints (32 pixels) by transformers 5.23 with interpolate_pos_encoding=True, which the
  // DINOv2 models do by themselves, on one image of pixels sin(0.37 i).
  it.each([
    ['vit', 48, [0.608981, 0.032995, 0.590618]],
    ['deit', 48, [0.378155, 0.854279, 0.116564]],
    ['dinov2', 48, [0.862517, -0.651083, -2.596577]],
    ['dinov2-registers', 48, [0.014549, 2.091376, 0.078727]],
    ['vit', 24, [-0.793068, -1.514632, 0.175248]],
    ['deit', 24, [0.335433, -0.637238, 1.443018]],
    ['dinov2', 24, [0.950847, -0.288876, -1.315524]],
    ['dinov2-registers', 24, [0.048147, -0.914293, -2.359294]],
  ])('%s answers as transformers does at %i pixels', async (name, size, expected) => {
    const folder = path.join(goldens, name);
    const own = parseVitConfig(JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')));
    const config = withImageSize(own, size);
    const { tensors } = readSafetensors(new Uint8Array(readFileSync(path.join(folder, 'model.safetensors'))));
    const parameters = new Map([...tensors].map(([key, tensor]) => [key, toFloat32(tensor)]));
    const classifier = await createClassifier({
      config,
      parameters: interpolatePositions(parameters, own, config),
      device: 'cpu',
      threads: 1,
      batch: 1,
      attentions: false,
    });
    const pixels = Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(0.37 * i));
    const { logits } = await classifier.run(pixels, 1);
    await classifier.dispose();
    expected.forEach((value, i) => {
      expect(logits[i]).toBeCloseTo(value, 4);
    });
  });
});
