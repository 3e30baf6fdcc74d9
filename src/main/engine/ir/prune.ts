import type { Graph } from './graph';

/** Returns the graph without nodes that no output depends on. */
export function pruneGraph(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ value }) => value.id));
  const nodes = graph.nodes.toReversed().filter((node) => {
    if (!node.outputs.some(({ id }) => needed.has(id))) return false;
    for (const { id } of node.inputs) needed.add(id);
    return true;
  });
  return { ...graph, nodes: nodes.toReversed() };
}
