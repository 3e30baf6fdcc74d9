import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { FoveaError } from '#shared/ipc/errors';
import type { Graph } from '../ir/graph';
import { lowerGraph } from '../onnx/lower';
import type { Tensor } from '../tensor';
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
  /** Threads of one operation; 0 = one a physical core. */
  readonly threads: number;
}

/**
 * Runs graphs with onnxruntime: on the CPU, through WebGPU on any GPU with Vulkan, Direct3D 12 or Metal, or by CUDA,
 * DirectML or CoreML where this build of onnxruntime has them.
 *
 * @param execution how to ask for the device; given by tests
 */
export function createOnnxRuntimeBackend(
  { device, threads }: OnnxRuntimeOptions,
  execution: ExecutionProvider = executionProviders[device],
): Backend {
  prepareProvider(device);
  return {
    device,
    keepsTensors: execution.keepsTensors,
    compile: async (graph, keep = new Set()) => {
      checkTensorSizes(graph);
      const model = lowerGraph(graph, { dialect: execution.dialect });
      return new OnnxRuntimeProgram(await createSession(model, execution, threads, graph, keep), graph, keep);
    },
  };
}

/** There a single allocation near 2 GiB ends the process. */
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
    // Without it a step of ViT-Ti takes 17 % more time of the CPU, for pages that are handed back and asked for again.
    enableCpuMemArena: arena,
    // One block for all activations is taken beside what the first run took: half as much memory again for no time won.
    enableMemPattern: false,
    logSeverityLevel: 3,
    // A kernel that silently runs on the CPU copies its tensors back and forth: rather an error than that. Providers that
    // were not run so far keep the CPU's help: an operator that they lack then costs time and not the run.
    ...(keepsTensors ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : {}),
  };
}

async function createSession(
  model: Uint8Array,
  execution: ExecutionProvider,
  threads: number,
  graph: Graph,
  keep: ReadonlySet<string>,
): Promise<InferenceSession> {
  const locations = Object.fromEntries(
    graph.outputs.map(({ name }) => [name, keep.has(name) ? ('gpu-buffer' as const) : ('cpu' as const)]),
  );
  const options = sessionOptions(execution, threads, !inElectron || arenaStaysSmall(graph));
  try {
    return await onnxruntime.InferenceSession.create(
      model,
      execution.keepsTensors ? { ...options, preferredOutputLocation: locations } : options,
    );
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
  private readonly graph: Graph;
  private readonly keep: ReadonlySet<string>;
  /** Wrapping a buffer costs more than a lookup; state is fed again and again from the same buffers. */
  private readonly wrapped = new WeakMap<Float32Array, OrtTensor>();

  constructor(session: InferenceSession, graph: Graph, keep: ReadonlySet<string>) {
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
    const known = this.wrapped.get(tensor.data);
    if (known) return known;
    const created = new onnxruntime.Tensor('float32', tensor.data, [...shape]);
    this.wrapped.set(tensor.data, created);
    return created;
  }
}
