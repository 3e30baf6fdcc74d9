import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors, toFloat32 } from '../safetensors';
import { createClassifier } from '../train/classifier';
import type { VitConfig } from './config';
import { interpolatePositions, withImageSize } from './interpolate-positions';
import { positionsName } from './names';
import { parseVitConfig } from './parse-config';

/** A model whose grid of positions is `grid` wide, with `width` hidden units. */
const configOf = (model_type: string, grid: number, width = 1): VitConfig => ({
  ...parseVitConfig({
    ...{ model_type, image_size: 8, patch_size: 8, hidden_size: 12 },
    vision_config: { image_size: 8, patch_size: 8, hidden_size: 12 },
  }),
  imageSize: grid * 8,
  hiddenSize: width,
});

/** The patches' positions of a grid, unit by unit: sin(0.7 i + 0.3 sin(1.9 i)). */
const gridOf = (grid: number, width: number) =>
  Array.from({ length: grid * grid * width }, (_, i) => Math.sin(0.7 * i + 0.3 * Math.sin(1.9 * i)));

/** @param leading values of the leading tokens, `width` each */
function interpolate(model_type: string, leading: readonly number[], from: number, to: number, width = 1): number[] {
  const config = configOf(model_type, from, width);
  const name = positionsName(config.family);
  const data = Float32Array.of(...leading, ...gridOf(from, width));
  // SigLIP's table has no batch axis.
  const axes = model_type === 'siglip' ? [] : [1];
  const parameters = new Map([[name, { shape: [...axes, data.length / width, width], data }]]);
  const tensor = interpolatePositions(parameters, config, withImageSize(config, 8 * to)).get(name);
  expect(tensor?.shape).toEqual([...axes, leading.length / width + to * to, width]);
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

/**
 * The same beyond twice the size and below half of it, where antialiasing reads more than four pixels; units vary
 * fastest.
 */
const far = {
  plain: {
    '2 to 5': [
      -0.2053626, -0.0275636, 0.359016, 0.7455962, 0.923395, -0.0073364, 0.1395621, 0.4589566, 0.7783514, 0.92525,
      0.4232223, 0.5029356, 0.6762525, 0.8495695, 0.929283, 0.8537815, 0.8663095, 0.8935485, 0.9207876, 0.9333161,
      1.0518076, 1.0334353, 0.9934894, 0.9535432, 0.9351714,
    ],
    '7 to 3': [
      -0.6627443, -0.2374419, 0.6691254, 0.3388553, -0.6720209, -0.2791195, -0.5602711, -0.4955395, 0.8336157,
      0.5064611, -0.6168391, -0.1362018, -0.5002374, 0.1229466, 0.4159181, -0.3534884, -0.1289154, 0.3256235,
    ],
  },
  antialiased: {
    '2 to 5': [
      -0.183586, -0.0328928, 0.3648347, 0.7625622, 0.9132557, -0.015574, 0.1124661, 0.450405, 0.7883438, 0.9163843,
      0.4278633, 0.4961148, 0.6762525, 0.8563901, 0.9246418, 0.8713005, 0.8797634, 0.9020998, 0.9244363, 0.9328992,
      1.0393128, 1.0251225, 0.9876704, 0.9502181, 0.9360279,
    ],
    '7 to 3': [
      -0.0071439, 0.1127852, 0.0274358, -0.1308537, 0.0231312, 0.1279116, 0.0733693, -0.0593296, -0.0331042, 0.0439851,
      0.0141736, -0.040897, -0.107065, -0.0045482, 0.0600357, 0.0009903, -0.0139771, -0.0435455,
    ],
  },
};

describe('interpolatePositions', () => {
  it.each([
    ['vit', [5], plain],
    ['deit', [5, 6], plain],
    ['dinov2', [5], plain],
    ['dinov2_with_registers', [5], antialiased],
    ['siglip', [], plain],
  ] as const)('of %s matches PyTorch, and leaves the leading tokens alone', (family, leading, expected) => {
    for (const size of [2, 4] as const) {
      const values = interpolate(family, leading, 3, size);
      expect(values.slice(0, leading.length)).toEqual([...leading]);
      values.slice(leading.length).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[size][i] ?? Number.NaN, 6);
      });
    }
  });

  it.each([
    ['vit', 2, 5, 1, far.plain['2 to 5']],
    ['vit', 7, 3, 2, far.plain['7 to 3']],
    ['dinov2_with_registers', 2, 5, 1, far.antialiased['2 to 5']],
    ['dinov2_with_registers', 7, 3, 2, far.antialiased['7 to 3']],
  ] as const)('of %s matches it up and down: from %i to %i, %i units', (family, from, to, width, expected) => {
    const values = interpolate(family, Array(width).fill(5), from, to, width).slice(width);
    expect(values).toHaveLength(expected.length);
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5);
    });
  });

  it('changes nothing at the same size', () => {
    const config = configOf('vit', 3);
    const parameters = new Map();
    expect(withImageSize(config, null)).toBe(config);
    expect(withImageSize(config, 24)).toBe(config);
    expect(interpolatePositions(parameters, config, config)).toBe(parameters);
  });

  it.each([4, 20, 31])('rejects %i pixels for patches of 8, and says what fits', (size) => {
    expect(() => withImageSize(configOf('vit', 3), size)).toThrow(
      expect.objectContaining({ code: 'image_size_unfit', hint: expect.stringMatching(/such as \d+ or \d+/) }),
    );
  });
});

const shared = path.resolve(import.meta.dirname, '../../../../../shared');

describe.skipIf(!existsSync(shared))('whole models (skipped where ../shared is missing)', () => {
  // Logits of the golden checkpoints (32 pixels) by transformers 5.23, of SigLIP's by 5.24, with interpolate_pos_encoding=True, which the
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
    ['siglip', 48, [-0.242932, 0.296363, 0.174154]],
    ['siglip', 24, [0.015617, 0.876253, -0.355907]],
  ])('%s agrees with transformers at %i pixels', async (name, size, expected) => {
    const folder = path.join(shared, name === 'siglip' ? 'goldens-more' : 'goldens', name);
    const own = parseVitConfig(JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')));
    const config = withImageSize(own, size);
    const { tensors } = readSafetensors(new Uint8Array(readFileSync(path.join(folder, 'model.safetensors'))));
    const parameters = new Map([...tensors].map(([key, tensor]) => [key, toFloat32(tensor, key)]));
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
