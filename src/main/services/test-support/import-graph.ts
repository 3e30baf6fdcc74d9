import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Nodes, and the nodes that each one imports. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The imports between the source files of a folder, including types; tests and their helpers are left out. Paths are
 * relative to the folder, and `#shared/…` is its folder `shared`.
 */
export function importGraph(folder: string): Graph {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.tsx?$/.test(file) && !/\.(?:test|fixture)\.tsx?$|(?:^|\/)test-support(?:\/|\.ts$)/.test(file));
  const known = new Set(files);
  const find = (path: string) =>
    [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((candidate) => known.has(candidate));
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const imported = Array.from(text.matchAll(/\b(?:from|import)\s*\(?\s*'([.#][^'?]*)/g), ([, given = '']) =>
        given.startsWith('#shared/')
          ? find(`shared/${given.slice('#shared/'.length)}`)
          : find(posix.join(posix.dirname(file), given)),
      );
      return [file, new Set(imported.filter((one) => one !== undefined))];
    }),
  );
}

/**
 * The graph of the folders directly within `folder`; files that lie in it, and all others, are left out. `folder` ends
 * with a slash.
 */
export function roomGraph(files: Graph, folder: string): Graph {
  const roomOf = (file: string): string | null => {
    const path = file.startsWith(folder) ? file.slice(folder.length) : '';
    return path.includes('/') ? path.slice(0, path.indexOf('/')) : null;
  };
  const rooms = new Map<string, Set<string>>();
  for (const [file, imported] of files) {
    const room = roomOf(file);
    if (room === null) continue;
    const above = rooms.get(room) ?? new Set();
    rooms.set(room, above);
    for (const other of imported) {
      const target = roomOf(other);
      if (target !== null && target !== room) above.add(target);
    }
  }
  return rooms;
}

/** Groups of nodes that reach each other, sorted (Tarjan 1972); empty if there is no circle. */
export function circles(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const open = new Set<string>();
  const found: string[][] = [];
  const visit = (node: string): number => {
    const index = order.size;
    order.set(node, index);
    lowest.set(node, index);
    path.push(node);
    open.add(node);
    for (const next of graph.get(node) ?? []) {
      const reached = order.has(next) ? (open.has(next) ? (order.get(next) ?? index) : index) : visit(next);
      lowest.set(node, Math.min(lowest.get(node) ?? index, reached));
    }
    const low = lowest.get(node) ?? index;
    if (low === index) {
      const group = path.splice(path.lastIndexOf(node));
      for (const one of group) open.delete(one);
      if (group.length > 1 || graph.get(node)?.has(node) === true) found.push(group.sort());
    }
    return low;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found.sort(([a = ''], [b = '']) => a.localeCompare(b));
}
