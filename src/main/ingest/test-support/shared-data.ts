import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * A folder of reference data next to the checkout. Tests that need it are skipped if it is missing, and report that.
 */
export function sharedData(name: string): { readonly path: string; readonly missing: boolean; readonly why: string } {
  const path = resolve('../shared/data', name);
  const missing = !existsSync(path);
  return { path, missing, why: missing ? ` (skipped: no reference data in ../shared/data/${name})` : '' };
}
