import type { Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../tensor';
import { onnxruntime } from './onnxruntime-library';

/** An exported ONNX classifier, run as any other program would run it. */
export interface ModelFile {
  /** @returns outputs by name */
  run(inputs: Readonly<Record<string, Tensor>>): Promise<ReadonlyMap<string, Tensor>>;
  dispose(): Promise<void>;
}

/** Opens one of our ONNX files on the CPU, to check an export against the model it was made from. */
export async function openModelFile(path: string, threads: number): Promise<ModelFile> {
  const session = await onnxruntime.InferenceSession.create(path, {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
    ...(threads > 0 ? { intraOpNumThreads: threads } : {}),
  });
  return {
    run: async (inputs) => {
      const feeds = Object.entries(inputs).map(([name, { shape, data }]): [string, OrtTensor] => [
        name,
        new onnxruntime.Tensor('float32', data, [...shape]),
      ]);
      const outputs = await session.run(Object.fromEntries(feeds));
      return new Map(
        Object.entries(outputs).map(([name, value]): [string, Tensor] => [
          name,
          { shape: value.dims, data: value.data as Float32Array },
        ]),
      );
    },
    dispose: () => session.release(),
  };
}
