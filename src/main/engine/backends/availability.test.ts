import { expect, it } from 'vitest';
import { deviceProblem } from './availability';
import { missingLibrary } from './missing-library';
import { hasSoftwareVulkan, useSoftwareVulkan } from './software-vulkan';

it('finds the CPU, and says what other devices lack and what to do', async () => {
  expect(await deviceProblem('cpu')).toBeNull();
  const { platform } = process;
  if (platform !== 'win32') expect(await deviceProblem('dml')).toMatch(/Windows/);
  if (platform !== 'darwin') expect(await deviceProblem('coreml')).toMatch(/macOS/);
  const cuda = await deviceProblem('cuda');
  if (cuda !== null) expect(cuda).toMatch(/setup:cuda|Linux x64|NVIDIA driver/);
  const webgpu = await deviceProblem('webgpu');
  if (webgpu !== null) expect(webgpu).toMatch(/driver|x64|libvulkan/);
});

it('names the missing library, without its path', () => {
  // As onnxruntime and Node write them.
  const cuda = new Error(
    'Failed to load library /home/ann/fovea/bin/libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file',
  );
  expect(missingLibrary(new Error('The GPU could not prepare probe.', { cause: cuda }))).toBe('libcublasLt.so.12');
  expect(missingLibrary(new Error('C:\\Users\\ann\\DirectML.dll not found'))).toBe('DirectML.dll');
  expect(missingLibrary(new Error('no adapter'))).toBeNull();
  expect(missingLibrary('text')).toBeNull();
});

it.skipIf(!hasSoftwareVulkan)("finds WebGPU if there is a Vulkan (skipped where chromium's is missing)", async () => {
  useSoftwareVulkan();
  expect(await deviceProblem('webgpu')).toBeNull();
});
