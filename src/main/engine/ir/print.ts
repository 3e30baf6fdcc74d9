import type { Graph } from './graph';
import { formatShape } from './shape';
import type { Value } from './value';

const show = ({ id, shape, elementType }: Value): string =>
  `%${id}${formatShape(shape)}${elementType === 'float32' ? '' : elementType}`;

/** Formats a graph as text, one line per node: `%3[8,4] = linear(%1[8,2], %2[4,2])`. */
export function printGraph(graph: Graph): string {
  const lines = graph.nodes.map(({ op, attributes, inputs, outputs }) => {
    const settings = Object.entries(attributes)
      .filter(([, value]) => !ArrayBuffer.isView(value))
      .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    return `  ${outputs.map(show).join(', ')} = ${op}(${inputs.map(show).join(', ')})${settings.join('')}`;
  });
  const inputs = graph.inputs.map(({ name, value }) => `${name} = ${show(value)}`);
  const outputs = graph.outputs.map(({ name, value }) => `${name} = ${show(value)}`);
  return [`${graph.name}(${inputs.join(', ')})`, ...lines, `  return ${outputs.join(', ')}`].join('\n');
}
