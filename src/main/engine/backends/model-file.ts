import type { Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../tensor';
import { onnxruntime } from './onnxruntime-library';

/** A finished ONNX classifier, run as any other program would run it. */
export interface ModelFile {
  /** @returns outputs by their names */
  run(inputs: Readonly<Record<string, Tensor>>): Promise<ReadonlyMap<string, Tensor>>;
  dispose(): Promise<void>;
}

/** Opens an ONNX file of ours on the CPU: for the check of an export against the model that it was made from. */
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
