import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { featuresKey, pipelineHash, recordHash } from '#shared/imaging/pipeline';
import { FoveaError } from '#shared/ipc/errors';
import type { Pipeline } from '#shared/models/pipeline';
import type { Augmentation } from '#shared/models/run-config';
import type { EngineDevice } from '../../engine/backends/backend';
import type { NamedTensors } from '../../engine/tensor';
import { createClassifier } from '../../engine/train/classifier';
import type { VitConfig } from '../../engine/vit/config';
import { featureWidth } from '../../engine/vit/tokens';
import { inOrder } from '../batches/batch-source';
import { createLoader, type LoaderOptions } from '../batches/loader';
import { explainWriteError } from '../core/file-errors';
import type { Sample } from '../core/protocol';

export interface FeatureOptions {
  readonly cacheFolder: string;
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  /** Identifies the frozen weights. */
  readonly backboneHash: string;
  readonly pipeline: Pipeline;
  /** Augmentation of the augmented views, drawn with `seed`. */
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly device: EngineDevice;
  readonly threads: number;
  readonly batchSize: number;
  /** See `LoaderOptions`. */
  readonly retry?: LoaderOptions['retry'];
  onProgress(done: number, total: number): Promise<void>;
}

/** Reads the cached features of one image; null if they are missing or incomplete. */
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

/** Images, and the view to compute: the evaluation view, or an augmented one by its number from 0. */
export interface FeatureRequest {
  readonly samples: readonly Sample[];
  readonly view: 'evaluation' | number;
}

/**
 * Returns the path of each sample's cached features. The evaluation view depends on the weights, the pipeline and the
 * raster's content; an augmented view also on the augmentation, the seed, the number of the view and the image's id.
 */
function cachePaths({ view }: FeatureRequest, options: FeatureOptions) {
  const more = view === 'evaluation' ? [] : [recordHash(options.augmentation), String(options.seed), String(view)];
  const key = featuresKey(options.backboneHash, pipelineHash(options.pipeline), more);
  const folder = join(options.cacheFolder, 'features', key);
  const nameOf = ({ image, raster }: Sample) => `${view === 'evaluation' ? '' : `${image}-`}${raster.name}.f32`;
  return (sample: Sample) => join(folder, nameOf(sample));
}

/** Augmented view n is the view of epoch n + 1 in a training of layers. */
const epochOf = ({ view }: FeatureRequest): number | null => (view === 'evaluation' ? null : view + 1);

/**
 * Computes the features that the frozen backbone passes to the classifier: [images, features] for each request. Each
 * view is computed once in the lifetime of the cache.
 */
export async function extractFeatures(
  requests: readonly FeatureRequest[],
  options: FeatureOptions,
): Promise<Float32Array[]> {
  const width = featureWidth(options.config);
  const lookups = await Promise.all(
    requests.map(async (request) => {
      const { samples } = request;
      const fileOf = cachePaths(request, options);
      const features = new Float32Array(samples.length * width);
      const missing: number[] = [];
      for (const [index, sample] of samples.entries()) {
        const cached = await readFeature(fileOf(sample), width);
        if (cached === null) missing.push(index);
        else features.set(cached, index * width);
      }
      return { samples, epoch: epochOf(request), fileOf, features, missing };
    }),
  );
  const total = requests.reduce((sum, { samples }) => sum + samples.length, 0);
  let done = lookups.reduce((sum, { missing }) => sum - missing.length, total);
  if (done === total) return lookups.map(({ features }) => features);

  await options.onProgress(done, total);
  const batch = Math.min(options.batchSize, Math.max(...lookups.map(({ missing }) => missing.length)));
  const classifier = await createClassifier({
    config: options.config,
    parameters: options.parameters,
    device: options.device,
    threads: options.threads,
    batch,
    attentions: false,
  });
  const { pipeline, augmentation, seed, retry = (work) => work() } = options;
  const loader = createLoader({ pipeline, augmentation, seed }, { retry });
  try {
    for (const { samples, epoch, fileOf, features, missing } of lookups) {
      if (missing.length === 0) continue;
      const groups = inOrder(missing.length, batch).map((places) => places.map((place) => missing[place] as number));
      const orders = groups.map((group) => ({ epoch, samples: group.map((index) => samples[index] as Sample) }));
      let next = 0;
      for await (const { pixels, count } of loader.batches(orders)) {
        const group = groups[next++] as number[];
        const { features: rows } = await classifier.run(pixels, count);
        const rowOf = (row: number) => rows.slice(row * width, (row + 1) * width);
        for (const [row, index] of group.entries()) features.set(rowOf(row), index * width);
        await retry(async () => {
          for (const [row, index] of group.entries()) await storeFeature(fileOf(samples[index] as Sample), rowOf(row));
        });
        done += group.length;
        await options.onProgress(done, total);
      }
    }
  } finally {
    await loader.close();
    await classifier.dispose();
  }
  return lookups.map(({ features }) => features);
}

async function storeFeature(file: string, values: Float32Array): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.tmp`, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    await rename(`${file}.tmp`, file);
  } catch (error) {
    const reason = explainWriteError(error, 'cached features');
    // The run has the features in memory; a full disk only means computing them again next time.
    if (!(reason instanceof FoveaError) || reason.code !== 'disk_full') throw reason;
    await rm(`${file}.tmp`, { force: true }).catch(() => {});
  }
}
