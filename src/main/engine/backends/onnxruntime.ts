import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { FoveaError } from '#shared/ipc/errors';
import type { Graph } from '../ir/graph';
import { isLarge, lowerGraph } from '../onnx/lower';
import type { NamedTensors, Tensor } from '../tensor';
import type { Backend, DeviceTensor, Feeds, Program, ProgramOutputs } from './backend';
import {
  type ExecutionProvider,
  executionProviders,
  type OnnxRuntimeDevice,
  prepareProvider,
} from './execution-providers';
import { onnxruntime } from './onnxruntime-library';
import { isOutOfMemory, outOfMemory } from './out-of-memory';
import { arenaStaysSmall, checkTensorSizes } from './tensor-limit';

export interface OnnxRuntimeOptions {
  readonly device: OnnxRuntimeDevice;
  /** Threads per operation; 0 = one per physical core. */
  readonly threads: number;
}

/**
 * Runs graphs with onnxruntime: on the CPU, through WebGPU on any GPU with Vulkan, Direct3D 12 or Metal, or through
 * CUDA, DirectML or CoreML if this build of onnxruntime includes them.
 *
 * @param execution how to request the device; overridden by tests
 */
export function createOnnxRuntimeBackend(
  { device, threads }: OnnxRuntimeOptions,
  execution: ExecutionProvider = executionProviders[device],
): Backend {
  prepareProvider(device);
  return {
    device,
    keepsTensors: execution.keepsTensors,
    compile: async (graph, keep = new Set(), constants = new Map()) => {
      checkTensorSizes(graph);
      const session = await createSession(execution, threads, graph, keep, constants);
      // Without the nodes, and without the constants, of which the session has a copy.
      const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
      return new OnnxRuntimeProgram(session, { name: graph.name, inputs, outputs: graph.outputs }, keep);
    },
  };
}

/** In Electron, a single allocation near 2 GiB kills the process. */
const inElectron = 'electron' in process.versions;

function sessionOptions(
  { provider, keepsTensors }: ExecutionProvider,
  threads: number,
  arena: boolean,
): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    ...(threads > 0 ? { intraOpNumThreads: threads } : {}),
    // Without the arena, a ViT-Ti step takes 17 % more CPU time to return pages and request them again.
    enableCpuMemArena: arena,
    // It would allocate one block for all activations on top of what the first run took: half as much memory again and
    // no time saved.
    enableMemPattern: false,
    logSeverityLevel: 3,
    // A kernel that silently runs on the CPU copies its tensors back and forth, so it is an error instead. Providers
    // that have not been run yet keep the CPU fallback: an operator they lack then costs time instead of failing the
    // run.
    ...(keepsTensors ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : {}),
  };
}

/**
 * Passes constants to onnxruntime beside the model: it copies each once, packed for its kernels, while a model that
 * contains them would be held three more times as it loads.
 */
function externalData(constants: NamedTensors): InferenceSession.SessionOptions['externalData'] & object {
  return [...constants].flatMap(([path, { data }]) =>
    isLarge(data) ? [{ path, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }] : [],
  );
}

async function createSession(
  execution: ExecutionProvider,
  threads: number,
  graph: Graph,
  keep: ReadonlySet<string>,
  constants: NamedTensors,
): Promise<InferenceSession> {
  const model = lowerGraph(graph, {
    dialect: execution.dialect,
    initializers: new Map([...constants].map(([name, { data }]) => [name, data])),
    externalInitializers: true,
  });
  const locations = Object.fromEntries(
    graph.outputs.map(({ name }) => [name, keep.has(name) ? ('gpu-buffer' as const) : ('cpu' as const)]),
  );
  const options = sessionOptions(execution, threads, !inElectron || arenaStaysSmall(graph));
  try {
    return await onnxruntime.InferenceSession.create(model, {
      ...options,
      externalData: externalData(constants),
      ...(execution.keepsTensors ? { preferredOutputLocation: locations } : {}),
    });
  } catch (error) {
    if (isOutOfMemory(error)) throw outOfMemory(graph.name, error);
    throw new FoveaError('device-failed', `The ${execution.title} could not prepare ${graph.name}.`, {
      hint:
        execution.provider === 'cpu'
          ? 'Close other programs to free memory and try again.'
          : 'Choose the CPU as device, or check the device list for what is missing.',
      cause: error,
    });
  }
}

class OnnxRuntimeDeviceTensor implements DeviceTensor {
  readonly kind = 'device';
  readonly tensor: OrtTensor;

  constructor(tensor: OrtTensor) {
    this.tensor = tensor;
  }
  get shape(): readonly number[] {
    return this.tensor.dims;
  }
  dispose(): void {
    this.tensor.dispose();
  }
}

class OnnxRuntimeProgram implements Program {
  private readonly session: InferenceSession;
  private readonly graph: Omit<Graph, 'nodes'>;
  private readonly keep: ReadonlySet<string>;
  /**
   * Caches wrappers: wrapping a buffer costs more than a lookup, and state is fed from the same buffers again and
   * again.
   */
  private readonly wrapped = new WeakMap<Float32Array, OrtTensor>();

  constructor(session: InferenceSession, graph: Omit<Graph, 'nodes'>, keep: ReadonlySet<string>) {
    this.session = session;
    this.graph = graph;
    this.keep = keep;
  }

  async run(feeds: Feeds, into: ReadonlyMap<string, Tensor> = new Map()): Promise<ProgramOutputs> {
    const inputs: Record<string, OrtTensor> = {};
    for (const { name, value } of this.graph.inputs) {
      const feed = feeds.get(name);
      if (!feed) throw new Error(`${this.graph.name} was not given ${name}`);
      inputs[name] = this.toOrtTensor(feed, value.shape);
    }
    const fetches: Record<string, OrtTensor | null> = {};
    for (const { name, value } of this.graph.outputs) {
      const target = into.get(name);
      fetches[name] = target ? this.toOrtTensor(target, value.shape) : null;
    }
    const results = await this.compute(inputs, fetches);
    const host = new Map<string, Tensor>();
    const device = new Map<string, DeviceTensor>();
    for (const { name, value } of this.graph.outputs) {
      const result = results[name];
      if (!result) throw new Error(`${this.graph.name} did not return ${name}`);
      if (this.keep.has(name)) device.set(name, new OnnxRuntimeDeviceTensor(result as OrtTensor));
      else host.set(name, into.get(name) ?? { shape: value.shape, data: result.data as Float32Array });
    }
    return { host, device };
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }

  private async compute(
    inputs: Record<string, OrtTensor>,
    fetches: Record<string, OrtTensor | null>,
  ): Promise<InferenceSession.OnnxValueMapType> {
    try {
      return await this.session.run(inputs, fetches);
    } catch (error) {
      if (isOutOfMemory(error)) throw outOfMemory(this.graph.name, error);
      throw new FoveaError('device-failed', `The device failed while computing ${this.graph.name}.`, {
        hint: 'Use a smaller batch size, or close other programs to free memory.',
        cause: error,
      });
    }
  }

  private toOrtTensor(tensor: Tensor | DeviceTensor, shape: readonly number[]): OrtTensor {
    if (tensor instanceof OnnxRuntimeDeviceTensor) return tensor.tensor;
    if (!('data' in tensor)) throw new Error('a tensor of another backend');
    const cached = this.wrapped.get(tensor.data);
    if (cached) return cached;
    const created = new onnxruntime.Tensor('float32', tensor.data, [...shape]);
    this.wrapped.set(tensor.data, created);
    return created;
  }
}
