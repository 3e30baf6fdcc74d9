import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** What the library would find in the environment while it initialises. */
const { seen } = vi.hoisted(() => ({ seen: [] as Record<string, string | undefined>[] }));

vi.mock('node:module', () => ({
  createRequire: () => (name: string) => {
    const { ORT_DISABLE_TELEMETRY, ORT_RUNNING_UNIT_TESTS } = process.env;
    seen.push({ name, ORT_DISABLE_TELEMETRY, ORT_RUNNING_UNIT_TESTS });
    return {};
  },
}));

const { platform } = process;
beforeEach(() => {
  seen.length = 0;
  vi.resetModules();
  vi.stubEnv('ORT_DISABLE_TELEMETRY', undefined);
  vi.stubEnv('ORT_RUNNING_UNIT_TESTS', undefined);
});
afterEach(() => {
  Object.defineProperty(process, 'platform', { value: platform });
  vi.unstubAllEnvs();
});

describe('the telemetry of onnxruntime', () => {
  // onnxruntime 1.30: telemetry_environment.h reads ORT_DISABLE_TELEMETRY; windows/telemetry.cc registers its ETW
  // provider unless ORT_RUNNING_UNIT_TESTS is set.
  it.each([
    ['linux', undefined],
    ['darwin', undefined],
    ['win32', '1'],
  ])('is off on %s before the library is loaded', async (on, ORT_RUNNING_UNIT_TESTS) => {
    Object.defineProperty(process, 'platform', { value: on });
    await import('./onnxruntime-library');
    expect(seen).toEqual([{ name: 'onnxruntime-node', ORT_DISABLE_TELEMETRY: '1', ORT_RUNNING_UNIT_TESTS }]);
  });
});
