import { augmentationSchema } from '#shared/models/run-config';
import { softmaxRows } from '#shared/statistics/softmax';
import type { NamedTensors } from '../../engine/tensor';
import { deviceOrCpu } from '../core/device';
import type { ClassifyResult, ClassifySpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { extractFeatures } from '../features/extract-features';
import { hasFrozenBackbone, loadModel, requirePipelineSize } from '../models/load-model';

/**
 * Whether a request can be answered from cached features: the model's backbone was never trained, and neither attention
 * maps nor augmented views are asked for, for which the backbone must run.
 */
export async function readsFeatures({ cacheFolder, attention, testTime, modelFolder }: ClassifySpec): Promise<boolean> {
  return cacheFolder !== undefined && !attention && testTime === null && (await hasFrozenBackbone(modelFolder));
}

/**
 * Classifies images from the features of a backbone that was never trained, which are computed once for all runs that
 * share it. Returns null if the model turns out to have been trained further.
 */
export async function classifyFromFeatures(
  spec: ClassifySpec,
  context: RequestContext,
): Promise<ClassifyResult | null> {
  const started = performance.now();
  const { config, parameters, frozenBackbone } = await loadModel(spec.modelFolder);
  if (frozenBackbone === null || spec.cacheFolder === undefined) return null;
  requirePipelineSize(config, spec.pipeline);
  const samples = spec.rasters.map((raster, image) => ({ image, raster, label: 0 }));
  const [features] = await extractFeatures([{ samples, view: 'evaluation' }], {
    cacheFolder: spec.cacheFolder,
    config,
    parameters,
    backboneHash: frozenBackbone,
    pipeline: spec.pipeline,
    augmentation: augmentationSchema.parse({ enabled: false }),
    seed: 0,
    device: await deviceOrCpu(spec.device),
    threads: spec.threads,
    batchSize: spec.batchSize,
    onProgress: async (done, total) => {
      context.progress('evaluating', done, total);
      await checkCancelled(context);
    },
  });
  const logits = headLogits(features as Float32Array, parameters, config.classes.length);
  return {
    classes: config.classes,
    logits,
    probabilities: softmaxRows(logits, config.classes.length),
    attention: [],
    seconds: (performance.now() - started) / 1000,
  };
}

/** The classifier on features [images, width]: logits [images, classes]. */
function headLogits(features: Float32Array, parameters: NamedTensors, classes: number): Float32Array {
  const weight = parameters.get('classifier.weight')?.data ?? new Float32Array(0);
  const bias = parameters.get('classifier.bias')?.data ?? new Float32Array(classes);
  const width = weight.length / classes;
  const logits = new Float32Array((features.length / width) * classes);
  for (let index = 0; index < logits.length; index += 1) {
    const [row, column] = [Math.floor(index / classes) * width, (index % classes) * width];
    let sum = bias[index % classes] as number;
    for (let i = 0; i < width; i += 1) sum += (features[row + i] as number) * (weight[column + i] as number);
    logits[index] = sum;
  }
  return logits;
}
