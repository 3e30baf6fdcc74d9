import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, it } from 'vitest';

/** The rooms of this folder. Each imports only from those above it. Files outside of rooms compose them all. */
const rooms: readonly string[] = [
  'core',
  'project',
  'background',
  'backbones',
  'run-records',
  'patients',
  'labels',
  'label-tables',
  'duplicates',
  'splits',
  'confounders',
  'dataset',
  'imports',
  'runs',
  'results',
  'predictions',
  'review',
  'reports',
  'exports',
];

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !/\.(?:test|fixture)\.ts$|^test-support\//.test(file));

/** Imports between files of this folder, including types, as `file → imported file`. */
const imports = sources.flatMap((file) => {
  const text = readFileSync(join(import.meta.dirname, file), 'utf8');
  return Array.from(text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']*)'/g), ([, path]) => ({
    file,
    imported: posix.join(posix.dirname(file), path as string),
  })).filter(({ imported }) => !imported.startsWith('..'));
});

/** Rank of a file's room from the top; files outside of rooms rank below all rooms. */
function floor(file: string): number {
  if (!file.includes('/')) return rooms.length;
  const room = file.slice(0, file.indexOf('/'));
  const index = rooms.indexOf(room);
  if (index < 0) throw new Error(`“${room}” is no room: give it its place in the list.`);
  return index;
}

it('has a room for every folder, and a folder for every room', () => {
  const folders = new Set(sources.filter((file) => file.includes('/')).map((file) => file.slice(0, file.indexOf('/'))));
  expect([...folders].sort()).toEqual([...rooms].sort());
});

it('imports only from rooms above', () => {
  expect(imports.length).toBeGreaterThan(300);
  const upward = imports
    .filter(({ file, imported }) => floor(imported) > floor(file))
    .map(({ file, imported }) => `${file} → ${imported}`);
  expect(upward).toEqual([]);
});
