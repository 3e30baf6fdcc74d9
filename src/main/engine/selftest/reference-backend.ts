import type { Backend, DeviceTensor, Program } from '../backends/backend';
import { checkGraph } from '../ir/check';
import type { Tensor } from '../tensor';
import { evaluateGraph } from './evaluate-graph';
import type { ReferenceArray } from './reference-array';

class ReferenceTensor implements DeviceTensor {
  readonly kind = 'device';
  readonly array: ReferenceArray;

  constructor(array: ReferenceArray) {
    this.array = array;
  }
  get shape(): readonly number[] {
    return this.array.shape;
  }
  dispose(): void {
    // Nothing is held.
  }
}

function toReference(feed: Tensor | DeviceTensor | undefined, name: string): ReferenceArray {
  if (feed instanceof ReferenceTensor) return feed.array;
  if (feed && 'data' in feed) return { shape: feed.shape, data: Float64Array.from(feed.data) };
  throw new Error(`no array for ${name}`);
}

/**
 * For tests: evaluates graphs by the definitions of their operations, with each value rounded to its type. It rounds to
 * half precision where a graph requires it, which onnxruntime's CPU provider does not, and keeps state as a GPU would.
 * Slow.
 */
export function createReferenceBackend(): Backend {
  return {
    device: 'webgpu',
    keepsTensors: true,
    compile: async (graph, keep = new Set()): Promise<Program> => {
      checkGraph(graph);
      return {
        run: async (feeds) => {
          const inputs = graph.inputs.map(({ name }) => [name, toReference(feeds.get(name), name)] as const);
          const outputs = [...evaluateGraph(graph, new Map(inputs), Math.fround)];
          return {
            host: new Map(
              outputs
                .filter(([name]) => !keep.has(name))
                .map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
            ),
            device: new Map(
              outputs.filter(([name]) => keep.has(name)).map(([name, array]) => [name, new ReferenceTensor(array)]),
            ),
          };
        },
        dispose: async () => {},
      };
    },
  };
}
