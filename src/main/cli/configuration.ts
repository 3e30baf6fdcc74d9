import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { type RunConfig, runConfigSchema } from '#shared/models/run-config';
import { UsageError } from './outcome';

type Tree = { [key: string]: unknown };

/** Keys that reach an object's prototype. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'prototype', 'constructor']);

/**
 * Builds a run's configuration from the file, the flags and each `--set key=value`, of which later ones win. Dots
 * address groups: `augmentation.enabled=false`. Values are parsed as JSON if valid (numbers, true, null, [0.8,1]), else
 * taken as text. Throws a `UsageError` that names every invalid key.
 */
export function buildRunConfig(
  file: Tree,
  flags: Readonly<Record<string, string | number | undefined>>,
  assignments: readonly string[],
): RunConfig {
  const tree: Tree = structuredClone(file);
  for (const [key, value] of Object.entries(flags)) if (value !== undefined) tree[key] = value;
  for (const assignment of assignments) assign(tree, assignment);
  const parsed = runConfigSchema.safeParse(tree);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    'Invalid run configuration.',
    z.prettifyError(parsed.error).replaceAll('✖ ', '').replaceAll(/\n\s+/g, ' '),
  );
}

function assign(tree: Tree, assignment: string): void {
  const at = assignment.indexOf('=');
  if (at < 1) throw new UsageError(`--set needs key=value, not "${assignment}".`);
  const keys = assignment.slice(0, at).split('.');
  const last = keys.pop() ?? '';
  let group = tree;
  for (const key of [...keys, last]) {
    if (key === '' || FORBIDDEN_KEYS.has(key)) throw new UsageError(`Unknown --set key "${assignment.slice(0, at)}".`);
  }
  for (const key of keys) {
    const next = group[key] ?? {};
    if (!isTree(next)) throw new UsageError(`"${key}" is a value, not a group of settings.`);
    group[key] = next;
    group = next;
  }
  group[last] = parseValue(assignment.slice(at + 1));
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a JSON file of settings, or a run's `config.json`. Throws `UsageError`. */
export async function readConfigFile(path: string): Promise<Tree> {
  const name = basename(path);
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageError(`The configuration file "${name}" cannot be read.`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text, (key, inner) => (FORBIDDEN_KEYS.has(key) ? undefined : inner));
  } catch {
    throw new UsageError(`The configuration file "${name}" is not valid JSON.`);
  }
  if (!isTree(value)) throw new UsageError(`The configuration file "${name}" does not contain a JSON object.`);
  // A run's record has its configuration under `config`.
  const inner = value['config'];
  return isTree(inner) ? inner : value;
}
