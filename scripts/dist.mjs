#!/usr/bin/env node
// `npm run dist`: builds Fovea and packs it. `--backbone FOLDER[=NAME]`, repeatable, includes pretrained weights;
// `resources/backbones` of the checkout are included always. Other arguments go to electron-builder.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { includeBackbones } from './include-backbones.mjs';

const root = resolve(import.meta.dirname, '..');
/** The source of `extraResources` in electron-builder.yml. */
const included = join(root, '.cache/dist/backbones');

function run(name, args) {
  const script = join(root, 'node_modules', name, args.shift());
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const folders = [];
const others = [];
for (let args = process.argv.slice(2); args.length > 0; ) {
  const [first, ...rest] = args;
  args = rest;
  if (first === '--backbone' && rest.length > 0) folders.push(args.shift());
  else if (first.startsWith('--backbone=')) folders.push(first.slice('--backbone='.length));
  else others.push(first);
}

rmSync(included, { recursive: true, force: true });
mkdirSync(included, { recursive: true });
run('electron-vite', ['bin/electron-vite.js', 'build']);
const own = join(root, 'resources/backbones');
if (existsSync(own)) cpSync(own, included, { recursive: true });
try {
  for (const { name, licence, terms } of includeBackbones(included, folders)) {
    console.log(`Included ${name}, licence ${licence}.${terms === null ? '' : ` ${terms}`}`);
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
run('electron-builder', ['cli.js', ...others]);
