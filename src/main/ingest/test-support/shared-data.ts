import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** A folder of reference data beside the checkout. Tests that need it skip where it is missing, and say so. */
export function sharedData(name: string): { readonly path: string; readonly missing: boolean; readonly why: string } {
  const path = resolve('../shared/data', name);
  const missing = !existsSync(path);
  return { path, missing, why: missing ? ` (skipped: no reference data in ../shared/data/${name})` : '' };
}
