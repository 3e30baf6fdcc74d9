import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipelineHash } from '#shared/imaging/pipeline';
import type { Pipeline } from '#shared/models/pipeline';
import type { Augmentation } from '#shared/models/run-config';
import type { EngineDevice } from '../engine/backends/backend';
import type { NamedTensors } from '../engine/tensor';
import { createClassifier } from '../engine/train/classifier';
import type { VitConfig } from '../engine/vit/config';
import { featureWidth } from '../engine/vit/tokens';
import { explainWriteError } from './file-errors';
import { createLoader } from './loader';
import type { Sample } from './protocol';

export interface FeatureOptions {
  readonly cacheFolder: string;
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  /** Identifies the frozen weights. */
  readonly backboneHash: string;
  readonly pipeline: Pipeline;
  readonly augmentation: Augmentation;
  readonly device: EngineDevice;
  readonly threads: number;
  readonly batchSize: number;
  onProgress(done: number, total: number): Promise<void>;
}

/** The cached features of one image, or null where they are missing or not whole. */
async function readFeature(file: string, width: number): Promise<Float32Array | null> {
  try {
    const bytes = new Uint8Array(await readFile(file));
    if (bytes.byteLength !== width * 4) return null;
    const values = new Float32Array(bytes.buffer);
    return values.every(Number.isFinite) ? values : null;
  } catch {
    return null;
  }
}

/**
 * What the frozen backbone makes of each image's evaluation view, as the classifier reads it: [images, features]. Each image goes through the backbone once in the life of the cache, whose key is the backbone's weights, the pipeline
 * and the raster's content.
 */
export async function extractFeatures(samples: readonly Sample[], options: FeatureOptions): Promise<Float32Array> {
  const { config, pipeline } = options;
  const width = featureWidth(config);
  const key = createHash('sha256')
    .update(`${options.backboneHash} ${pipelineHash(pipeline)}`)
    .digest('hex');
  const folder = join(options.cacheFolder, 'features', key.slice(0, 32));
  const fileOf = (sample: Sample) => join(folder, `${basename(sample.raster)}.f32`);
  const features = new Float32Array(samples.length * width);
  const missing: number[] = [];
  for (const [index, sample] of samples.entries()) {
    const cached = await readFeature(fileOf(sample), width);
    if (cached === null) missing.push(index);
    else features.set(cached, index * width);
  }
  if (missing.length === 0) return features;

  await mkdir(folder, { recursive: true });
  const batch = Math.min(options.batchSize, missing.length);
  const classifier = await createClassifier({
    config,
    parameters: options.parameters,
    device: options.device,
    threads: options.threads,
    batch,
    attentions: false,
  });
  const loader = createLoader({ pipeline, augmentation: options.augmentation, seed: 0 });
  try {
    const groups: number[][] = [];
    for (let start = 0; start < missing.length; start += batch) groups.push(missing.slice(start, start + batch));
    const orders = groups.map((group) => ({ epoch: null, samples: group.map((index) => samples[index] as Sample) }));
    let done = samples.length - missing.length;
    let next = 0;
    for await (const { pixels, count } of loader.batches(orders)) {
      const group = groups[next++] as number[];
      const { features: rows } = await classifier.run(pixels, count);
      for (const [row, index] of group.entries()) {
        const values = rows.slice(row * width, (row + 1) * width);
        features.set(values, index * width);
        await storeFeature(fileOf(samples[index] as Sample), values);
      }
      done += group.length;
      await options.onProgress(done, samples.length);
    }
  } finally {
    await loader.close();
    await classifier.dispose();
  }
  return features;
}

async function storeFeature(file: string, values: Float32Array): Promise<void> {
  try {
    await writeFile(`${file}.tmp`, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    await rename(`${file}.tmp`, file);
  } catch (error) {
    throw explainWriteError(error, 'cached features');
  }
}
