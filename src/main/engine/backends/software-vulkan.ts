import { existsSync, mkdtempSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';

/** Debian's chromium package includes SwiftShader, a Vulkan driver that computes on the CPU. */
const folder = '/usr/lib/chromium';
const loader = path.join(folder, 'libvulkan.so.1');
const driver = path.join(folder, 'vk_swiftshader_icd.json');
/** glibc's RTLD_NODELETE: keeps the library loaded after Node finds that it is not an add-on and closes it. */
const KEEP_LOADED = 0x1000;

/** Whether tests can run WebGPU without a GPU. */
export const hasSoftwareVulkan = process.platform === 'linux' && existsSync(loader) && existsSync(driver);

/**
 * For tests: makes the software driver available to this process. Must run before the first WebGPU session. The Vulkan
 * loader is looked up by name and is not on the search path, so it is loaded in advance.
 */
export function useSoftwareVulkan(): void {
  process.env['VK_ICD_FILENAMES'] = driver;
  process.env['XDG_RUNTIME_DIR'] ??= mkdtempSync(path.join(tmpdir(), 'fovea-vulkan-'));
  try {
    process.dlopen({ exports: {} }, loader, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | KEEP_LOADED);
  } catch {
    // Node reports that it is not an add-on; the library stays loaded all the same.
  }
}
