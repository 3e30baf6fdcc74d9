import { describe, expect, it } from 'vitest';
import { hasSoftwareVulkan, useSoftwareVulkan } from '../backends/software-vulkan';
import { opTable } from '../ops/table';
import { relativeError } from './check';
import { runOpChecks } from './op-checks';

describe('op checks', () => {
  it('hold for every operation on the CPU', async () => {
    const checks = await runOpChecks('cpu', 1);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    for (const op of Object.keys(opTable)) {
      expect(checks.some(({ what }) => what.startsWith(`${op} `) && what.includes('output'))).toBe(true);
      const hasGradient = !['constant', 'greater', 'quantizedLinear'].includes(op);
      expect(checks.some(({ what }) => what.startsWith(`${op} `) && what.includes('gradient'))).toBe(hasGradient);
    }
  });

  it.skipIf(!hasSoftwareVulkan)(
    "hold on WebGPU without the CPU's help (skipped where chromium's software Vulkan is missing)",
    async () => {
      useSoftwareVulkan();
      const checks = await runOpChecks('webgpu', 1);
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    },
    180_000,
  );

  it('measure differences', () => {
    expect(relativeError([3, 4], [3, 4])).toBe(0);
    expect(relativeError([3, 4.5], [3, 4])).toBeCloseTo(0.1);
    expect(relativeError([1e-9], [0], 1e-6)).toBeCloseTo(1e-9);
    expect(relativeError([1], [1, 2])).toBeNaN();
  });
});
