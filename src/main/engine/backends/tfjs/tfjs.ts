import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { FoveaError } from '#shared/ipc/errors';
import { checkGraph } from '../../ir/check';
import type { Graph, Node } from '../../ir/graph';
import { pruneGraph } from '../../ir/prune';
import type { Value } from '../../ir/value';
import type { OpName } from '../../ops/attributes';
import type { Tensor } from '../../tensor';
import type { Backend, DeviceTensor, Feeds, Program, ProgramOutputs } from '../backend';
import { isOutOfMemory, outOfMemory } from '../out-of-memory';
import { checkTensorSizes } from '../tensor-limit';
import { type TensorFlow, tfjsOperation } from './operations';
import { loadTfjs } from './runtime';

/**
 * Runs graphs op by op with TensorFlow.js: on CUDA if its native package is installed, otherwise in plain JavaScript,
 * which is slow and serves as a check on the other backends. State stays inside TensorFlow.js between runs.
 */
export function createTfjsBackend(): Backend {
  return {
    device: 'tfjs',
    keepsTensors: true,
    compile: async (graph, keep = new Set()) => {
      checkGraph(graph);
      checkTensorSizes(graph);
      const { tf } = await loadTfjs();
      return new TfjsProgram(tf, pruneGraph(graph), keep);
    },
  };
}

class TfjsDeviceTensor implements DeviceTensor {
  readonly kind = 'device';
  readonly tensor: TfTensor;

  constructor(tensor: TfTensor) {
    this.tensor = tensor;
  }
  get shape(): readonly number[] {
    return this.tensor.shape;
  }
  dispose(): void {
    this.tensor.dispose();
  }
}

class TfjsProgram implements Program {
  private readonly tf: TensorFlow;
  private readonly graph: Graph;
  private readonly keep: ReadonlySet<string>;
  /** For each node, the values that are not read after it. */
  private readonly lastUses: readonly (readonly Value[])[];

  constructor(tf: TensorFlow, graph: Graph, keep: ReadonlySet<string>) {
    this.tf = tf;
    this.graph = graph;
    this.keep = keep;
    this.lastUses = findLastUses(graph);
  }

  async run(feeds: Feeds, into: ReadonlyMap<string, Tensor> = new Map()): Promise<ProgramOutputs> {
    const live = new LiveTensors();
    const device = new Map<string, DeviceTensor>();
    try {
      this.feed(live, feeds);
      this.graph.nodes.forEach((node, index) => {
        this.compute(live, node);
        for (const value of this.lastUses[index] ?? []) live.release(value);
      });
      const host = new Map<string, Tensor>();
      for (const { name, value } of this.graph.outputs) {
        const tensor = live.get(value);
        if (this.keep.has(name)) device.set(name, new TfjsDeviceTensor(this.tf.clone(tensor)));
        else host.set(name, await download(tensor, value, into.get(name)));
      }
      return { host, device };
    } catch (error) {
      for (const tensor of device.values()) tensor.dispose();
      if (isOutOfMemory(error)) throw outOfMemory(this.graph.name, error);
      throw new FoveaError('device-failed', `The device failed while computing ${this.graph.name}.`, {
        hint: 'Use a smaller batch size, or close other programs to free memory.',
        cause: error,
      });
    } finally {
      live.releaseAll();
    }
  }

  async dispose(): Promise<void> {
    // Nothing is held between runs.
  }

  private feed(live: LiveTensors, feeds: Feeds): void {
    for (const { name, value } of this.graph.inputs) {
      const feed = feeds.get(name);
      if (!feed) throw new Error(`${this.graph.name} was not given ${name}`);
      if (feed instanceof TfjsDeviceTensor) {
        live.lend(value, feed.tensor);
        continue;
      }
      if (!('data' in feed)) throw new Error('a tensor of another backend');
      // TensorFlow.js keeps a reference to the array it is given, and the caller may write to it later.
      live.own(value, this.tf.tensor(feed.data.slice(), [...value.shape], 'float32'));
    }
  }

  private compute<K extends OpName>(live: LiveTensors, node: Node<K>): void {
    const { tf } = this;
    const operation = tfjsOperation(node.op);
    // `tidy` frees an operation's intermediates and keeps what it returns.
    const results = tf.tidy(() => [
      ...operation({
        tf,
        attributes: node.attributes,
        inputs: node.inputs.map((input) => live.get(input)),
        outputShapes: node.outputs.map(({ shape }) => shape),
      }),
    ]);
    node.outputs.forEach((output, index) => {
      live.own(output, results[index] as TfTensor);
    });
  }
}

/** The tensors of one run: its own, which it frees, and borrowed ones. */
class LiveTensors {
  private readonly tensors = new Map<number, TfTensor>();
  private readonly owned = new Set<number>();

  get({ id }: Value): TfTensor {
    const tensor = this.tensors.get(id);
    if (!tensor) throw new Error(`value ${id} is not available`);
    return tensor;
  }
  own({ id }: Value, tensor: TfTensor): void {
    this.tensors.set(id, tensor);
    this.owned.add(id);
  }
  lend({ id }: Value, tensor: TfTensor): void {
    this.tensors.set(id, tensor);
  }
  release({ id }: Value): void {
    if (this.owned.delete(id)) this.tensors.get(id)?.dispose();
    this.tensors.delete(id);
  }
  releaseAll(): void {
    for (const id of this.owned) this.tensors.get(id)?.dispose();
    this.owned.clear();
    this.tensors.clear();
  }
}

function findLastUses({ nodes, outputs }: Graph): readonly (readonly Value[])[] {
  const needed = new Set(outputs.map(({ value }) => value.id));
  return nodes
    .toReversed()
    .map(({ inputs, outputs: made }) =>
      [...inputs, ...made].filter(({ id }) => {
        const last = !needed.has(id);
        needed.add(id);
        return last;
      }),
    )
    .toReversed();
}

/** Copies the data, because TensorFlow.js may return the very array it computes with. */
async function download(tensor: TfTensor, { shape }: Value, target: Tensor | undefined): Promise<Tensor> {
  const data = (await tensor.data()) as Float32Array;
  if (!target) return { shape, data: data.slice() };
  target.data.set(data);
  return target;
}
