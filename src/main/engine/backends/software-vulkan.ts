import { existsSync, mkdtempSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';

/** Where Debian's chromium package keeps SwiftShader, a Vulkan driver that computes on the CPU. */
const folder = '/usr/lib/chromium';
const loader = path.join(folder, 'libvulkan.so.1');
const driver = path.join(folder, 'vk_swiftshader_icd.json');
/** glibc's RTLD_NODELETE: stay loaded when Node finds that this is no add-on and closes it again. */
const KEEP_LOADED = 0x1000;

/** True where tests can run WebGPU without a GPU. */
export const hasSoftwareVulkan = process.platform === 'linux' && existsSync(loader) && existsSync(driver);

/**
 * For tests: lets this process find the software driver, before the first WebGPU session. The Vulkan loader is looked
 * up by name and is not on the search path, so it is loaded beforehand.
 */
export function useSoftwareVulkan(): void {
  process.env['VK_ICD_FILENAMES'] = driver;
  process.env['XDG_RUNTIME_DIR'] ??= mkdtempSync(path.join(tmpdir(), 'fovea-vulkan-'));
  try {
    process.dlopen({ exports: {} }, loader, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | KEEP_LOADED);
  } catch {
    // It is no Node add-on, which is what Node says here; the library is loaded all the same.
  }
}
