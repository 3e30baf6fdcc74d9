import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circles, importGraph, roomGraph } from './test-support/import-graph';

/** The rooms of this folder. Each imports only from those above it. Files outside of rooms compose them all. */
const rooms: readonly string[] = [
  'core',
  'project',
  'cache',
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

const files = importGraph(resolve(import.meta.dirname, '../..'));
const home = 'main/services/';
const sources = [...files.keys()].filter((file) => file.startsWith(home)).map((file) => file.slice(home.length));

/** Imports between files of this folder. */
const imports = sources.flatMap((file) =>
  [...(files.get(home + file) ?? [])]
    .filter((imported) => imported.startsWith(home))
    .map((imported) => ({ file, imported: imported.slice(home.length) })),
);

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

describe('there is no import cycle', () => {
  it('between files', () => {
    expect(files.size).toBeGreaterThan(900);
    expect([...files.values()].reduce((sum, imported) => sum + imported.size, 0)).toBeGreaterThan(4000);
    expect(circles(files)).toEqual([]);
  });

  it.each(['main/engine-host/', 'renderer/src/features/data/', 'renderer/src/features/train/'])(
    'between the rooms of %s',
    (folder) => {
      const graph = roomGraph(files, folder);
      expect(graph.size).toBeGreaterThan(3);
      expect([...graph.values()].some((above) => above.size > 0)).toBe(true);
      expect(circles(graph)).toEqual([]);
    },
  );

  it('are found where there are some', () => {
    const graph = (edges: Readonly<Record<string, string[]>>) =>
      new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));
    expect(circles(graph({ a: ['b', 'c'], b: ['c'], c: [] }))).toEqual([]);
    expect(circles(graph({ d: ['c'], a: ['b'], c: ['d', 'a'], b: ['a', 'e'], e: ['e'] }))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e'],
    ]);
    const between = graph({
      'in/x/1.ts': ['in/y/1.ts'],
      'in/y/2.ts': ['in/x/2.ts'],
      'in/y/1.ts': [],
      'in/a.ts': ['in/x/1.ts'],
    });
    expect(circles(between)).toEqual([]);
    expect(circles(roomGraph(between, 'in/'))).toEqual([['x', 'y']]);
  });
});
