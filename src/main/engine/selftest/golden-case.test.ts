import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasSoftwareVulkan, useSoftwareVulkan } from '../backends/software-vulkan';
import { type GoldenFiles, runGoldenCase } from './golden-case';

const shared = path.resolve(import.meta.dirname, '../../../../../shared');
const goldens = path.join(shared, 'goldens');
const folderOf = (name: string) => path.join(shared, name === 'siglip' ? 'goldens-more' : 'goldens', name);

function readGolden(name: string): GoldenFiles {
  const bytes = (file: string) => new Uint8Array(readFileSync(path.join(folderOf(name), file)));
  const json = (file: string): unknown => JSON.parse(readFileSync(path.join(folderOf(name), file), 'utf8'));
  return {
    config: json('config.json'),
    model: bytes('model.safetensors'),
    case: bytes('case.safetensors'),
    gradients: bytes('gradients.safetensors'),
    trained: bytes('trained.safetensors'),
    settings: json('case.json'),
  };
}

describe.skipIf(!existsSync(goldens))('golden cases (skipped where ../shared/goldens is missing)', () => {
  it.each(['vit', 'vit-nobias', 'deit', 'dinov2', 'dinov2-registers', 'siglip'])(
    '%s agrees with PyTorch on the CPU',
    async (name) => {
      const { skipped, checks } = await runGoldenCase(readGolden(name), 'cpu', 1);
      expect(skipped).toBeNull();
      expect(checks.length).toBeGreaterThan(40);
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    },
  );

  // One case per way of reading the tokens; `fovea selftest --cases --device webgpu` runs all of them.
  it.skipIf(!hasSoftwareVulkan).each(['vit-nobias', 'dinov2-registers', 'siglip'])(
    "%s agrees on WebGPU without the CPU's help (skipped where chromium's software Vulkan is missing)",
    async (name) => {
      useSoftwareVulkan();
      const { checks } = await runGoldenCase(readGolden(name), 'webgpu', 1);
      expect(checks.length).toBeGreaterThan(40);
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    },
    300_000,
  );

  // The slowest device; `fovea selftest --cases --device tfjs` runs all of them.
  it.each(['vit-nobias', 'dinov2-registers', 'siglip'])(
    '%s agrees on TensorFlow.js',
    async (name) => {
      const { checks } = await runGoldenCase(readGolden(name), 'tfjs');
      expect(checks.length).toBeGreaterThan(40);
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    },
    120_000,
  );

  it('gives the reason for leaving a family out', async () => {
    const { skipped } = await runGoldenCase({ ...readGolden('vit'), config: { model_type: 'swin' } }, 'cpu');
    expect(skipped).toMatch(/swin/);
  });
});
