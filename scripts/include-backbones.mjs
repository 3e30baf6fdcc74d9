#!/usr/bin/env node
// Prepares pretrained weights for an installer: checks each folder as an import does, requires its licence, and writes
// its files to TARGET/NAME, where Fovea finds them as included. Usage:
//   node scripts/include-backbones.mjs TARGET FOLDER[=NAME]...
// NAME is what the weights are called, e.g. facebook/dinov2-small; by default the folder's name.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const fovea = join(import.meta.dirname, 'fovea.mjs');

/** Reads FOLDER[=NAME]. */
function parse(given) {
  const at = given.lastIndexOf('=');
  const folder = resolve(at < 0 ? given : given.slice(0, at));
  return { folder, name: at < 0 ? basename(folder) : given.slice(at + 1) };
}

/** Imports the folder into an empty store, which checks every file and number, and returns what Fovea says of it. */
function importInto(home, { folder, name }) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [fovea, 'backbone', 'import', folder, '--name', name, '--json'],
    { env: { ...process.env, FOVEA_HOME: home }, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (status !== 0) {
    let error = { message: stderr.trim(), hint: '' };
    try {
      error = JSON.parse(stdout).error ?? error;
    } catch {
      // The command ended without its JSON.
    }
    throw new Error(`${folder} cannot be included. ${error.message} ${error.hint ?? ''}`.trim());
  }
  return JSON.parse(stdout).backbones[0];
}

/**
 * Writes the weights in `given` (FOLDER[=NAME]) to `target`, each to a folder of its own, and returns what is known of
 * them. Throws if a folder is no checkpoint or has no licence.
 */
export function includeBackbones(target, given) {
  return given.map((one) => {
    const wanted = parse(one);
    const home = mkdtempSync(join(tmpdir(), 'fovea-include-'));
    try {
      const backbone = importInto(home, wanted);
      if (backbone.documents.length === 0 || backbone.licence === null) {
        throw new Error(
          `${wanted.folder} cannot be included: it does not say under which licence it may be passed on. Put its LICENSE or its model card (README.md with a "license" field) into the folder.`,
        );
      }
      const [stored] = readdirSync(join(home, 'backbones')).filter((name) => name.startsWith('m-'));
      const folder = join(target, wanted.name.replaceAll('/', '--'));
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      cpSync(join(home, 'backbones', stored), folder, {
        recursive: true,
        filter: (path) => basename(path) !== 'fovea-backbone.json',
      });
      return backbone;
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [target, ...folders] = process.argv.slice(2);
  if (target === undefined || folders.length === 0) {
    process.stderr.write('Usage: node scripts/include-backbones.mjs TARGET FOLDER[=NAME]...\n');
    process.exit(2);
  }
  try {
    for (const { name, licence, terms } of includeBackbones(resolve(target), folders)) {
      process.stdout.write(`Included ${name}, licence ${licence}.${terms === null ? '' : ` ${terms}`}\n`);
    }
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
