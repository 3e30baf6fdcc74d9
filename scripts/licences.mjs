#!/usr/bin/env node
// Writes resources/licences.json: name, version and licence of every package that Fovea ships, i.e. the tree below
// `dependencies` and the packages bundled into the window. Run it after a dependency changes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Development dependencies included in the built window. */
const bundled = [
  '@mantine/core',
  '@mantine/hooks',
  '@observablehq/plot',
  '@tanstack/react-query',
  '@tanstack/react-virtual',
  'lucide-react',
  'react',
  'react-dom',
  'uplot',
  'zustand',
];

/** Returns where npm installed `name` for a package at `from`: the nearest node_modules upwards. */
function locate(name, from) {
  const parts = from.split('/node_modules/');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const prefix = parts.slice(0, depth).join('/node_modules/');
    const path = prefix === '' ? `node_modules/${name}` : `${prefix}/node_modules/${name}`;
    if (lock.packages[path] !== undefined) return path;
  }
  return null;
}

const seen = new Map();
function add(name, from) {
  const path = locate(name, from);
  if (path === null || seen.has(path)) return;
  const entry = lock.packages[path];
  seen.set(path, { name, version: entry.version, licence: licenceOf(path, entry) });
  for (const next of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) add(next, path);
}

function licenceOf(path, entry) {
  if (typeof entry.license === 'string') return entry.license;
  try {
    const { license, licenses } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const named = license ?? licenses?.[0];
    return (typeof named === 'string' ? named : named?.type) ?? 'see the package';
  } catch {
    return 'see the package';
  }
}

for (const name of [...Object.keys(own.dependencies), ...bundled]) add(name, '');
const electron = lock.packages['node_modules/electron'];
const all = [...seen.values(), { name: 'electron', version: electron.version, licence: electron.license }];
const unique = new Map(all.map((one) => [`${one.name}@${one.version}`, one]));
const sorted = [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
writeFileSync(join(root, 'resources/licences.json'), `${JSON.stringify(sorted, null, 2)}\n`);
console.log(`${sorted.length} packages`);
