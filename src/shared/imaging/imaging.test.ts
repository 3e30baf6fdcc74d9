import { describe, expect, it } from 'vitest';
import { augmentationSchema } from '../models/run-config';
import { augmentationRandom, augmentInto, drawAugmentation } from './augment';
import { applyJitter, drawJitter } from './colour-jitter';
import { canonicalJson, defaultPipeline, pipelineHash } from './pipeline';
import { createRandom, shuffle } from './random';
import { resizeBilinear } from './resize';
import { sha256Hex } from './sha256';
import { noise } from './test-rasters';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const augmentation = augmentationSchema.parse({});

describe('sha256Hex', () => {
  // NIST example vectors, and two lengths around the padding's edge (made with Python's hashlib).
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(64), 'ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb'],
    ['a'.repeat(55), '9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318'],
  ])('%s', (text, hash) => {
    expect(sha256Hex(ascii(text))).toBe(hash);
  });
});

describe('createRandom', () => {
  it('gives each (seed, epoch, image) a reproducible stream of its own', () => {
    const first = (...seeds: number[]) => Array.from({ length: 4 }, createRandom(...seeds).nextUint32);
    expect(first(42, 1, 7)).toEqual(first(42, 1, 7));
    const streams = new Set<number>();
    for (let epoch = 0; epoch < 50; epoch++)
      for (let image = 0; image < 200; image++) streams.add(first(42, epoch, image)[0] as number);
    // 10,000 draws of 32 bits: a collision or two by chance.
    expect(streams.size).toBeGreaterThan(9990);
  });

  it('is uniform and shuffles without loss', () => {
    const random = createRandom(1);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const digit = random.integer(10);
      counts[digit] = (counts[digit] as number) + 1;
    }
    // Chi squared with 9 degrees of freedom: above 33.7 with probability 1e-4; the seed is fixed.
    expect(counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(33.7);
    const items = Array.from({ length: 100 }, (_, i) => i);
    const shuffled = shuffle(items, createRandom(3));
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });
});

describe('colour jitter', () => {
  it('leaves saturation and hue of grey images unchanged', () => {
    for (let i = 0; i < 50; i++) {
      const kinds = drawJitter(augmentation, true, createRandom(i)).map((step) => step.kind);
      expect([...kinds].sort()).toEqual(['brightness', 'contrast']);
    }
  });

  it('changes a colour as torchvision does', () => {
    const pixel = () => ({
      width: 2,
      height: 1,
      channels: 3 as const,
      data: Float32Array.of(200, 100, 50, 20, 20, 20),
    });
    const jittered = (step: Parameters<typeof applyJitter>[1][number]) => {
      const samples = pixel();
      applyJitter(samples, [step]);
      return [...samples.data].map((x) => Math.round(x * 100) / 100);
    };
    expect(jittered({ kind: 'brightness', factor: 1.5 })).toEqual([255, 150, 75, 30, 30, 30]);
    // Luma of the first pixel is 124.2, of the second 20: mean 72.1.
    expect(jittered({ kind: 'contrast', factor: 0.5 })).toEqual([136.05, 86.05, 61.05, 46.05, 46.05, 46.05]);
    expect(jittered({ kind: 'saturation', factor: 0 })).toEqual([124.2, 124.2, 124.2, 20, 20, 20]);
    // A third of a turn takes red to green, green to blue, blue to red (colorsys.hsv_to_rgb agrees).
    expect(jittered({ kind: 'hue', turns: 1 / 3 })).toEqual([50, 200, 100, 20, 20, 20]);
    expect(jittered({ kind: 'hue', turns: -0.5 })).toEqual([50, 150, 200, 20, 20, 20]);
  });
});

describe('augmentInto', () => {
  const pipeline = defaultPipeline(48);
  const draw = (epoch: number, image: number, channels: 1 | 3 = 1) => {
    const out = new Float32Array(3 * 48 * 48);
    augmentInto(noise(130, 90, channels), augmentation, pipeline, augmentationRandom(42, epoch, image), out, 0);
    return out;
  };

  it('is reproducible for a seed, epoch and image, and differs for others', () => {
    expect(draw(1, 5)).toEqual(draw(1, 5));
    expect(draw(1, 5)).not.toEqual(draw(2, 5));
    expect(draw(1, 5)).not.toEqual(draw(1, 6));
    expect(draw(1, 5, 3)).toEqual(draw(1, 5, 3));
  });

  it('keeps crops within their ranges', () => {
    const whole = { left: 0, top: 0, width: 400, height: 300 };
    for (let image = 0; image < 500; image++) {
      const { view } = drawAugmentation(whole, 1, augmentation, augmentationRandom(1, 1, image));
      const share = (view.width * view.height) / (400 * 300);
      expect(share).toBeGreaterThan(0.79);
      expect(share).toBeLessThanOrEqual(1);
      expect(view.left).toBeGreaterThanOrEqual(0);
      expect(view.left + view.width).toBeLessThanOrEqual(400);
      expect(view.top + view.height).toBeLessThanOrEqual(300);
      expect(Math.abs(view.degrees)).toBeLessThanOrEqual(10);
      const aspect = view.width / view.height;
      expect(aspect).toBeGreaterThan(0.74);
      expect(aspect).toBeLessThan(1.35);
    }
  });

  it('equals the evaluation view when off', () => {
    const out = new Float32Array(3 * 48 * 48);
    const raster = noise(130, 90, 3);
    augmentInto(raster, { ...augmentation, enabled: false }, pipeline, augmentationRandom(1, 1, 1), out, 0);
    const resized = resizeBilinear(raster, 48, 48);
    expect(out[0]).toBeCloseTo(((resized.data[0] as number) / 255 - 0.5) / 0.5, 6);
    expect(out[2 * 48 * 48 + 7]).toBeCloseTo(((resized.data[7 * 3 + 2] as number) / 255 - 0.5) / 0.5, 6);
  });
});

describe('pipelineHash', () => {
  it('depends on every field and not on the order of keys', () => {
    const pipeline = defaultPipeline(224);
    const reordered = Object.fromEntries(Object.entries(pipeline).reverse()) as typeof pipeline;
    expect(pipelineHash(reordered)).toBe(pipelineHash(pipeline));
    expect(pipelineHash({ ...pipeline, mean: [0.5, 0.5, 0.4] })).not.toBe(pipelineHash(pipeline));
  });

  it('is unchanged for a run from before square pixels', () => {
    const { pixels, wideSamples, ...before } = defaultPipeline(224);
    // Python: sha256 of json.dumps(record, sort_keys=True, separators=(',', ':')).
    expect(pipelineHash(before)).toBe('91565837cc83d78f26f3506f5dd4ffbbd0e17dbb591217d3df102c459f9e8e3c');
    expect([pixels, wideSamples]).toEqual(['square', 'values']);
  });

  it('hashes JSON with sorted keys', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'é' }], a: true })).toBe('{"a":true,"b":[1,{"c":"é","d":null}]}');
  });
});
