import { featuresKey, pipelineHash, recordHash } from '#shared/imaging/pipeline';
import { FoveaError } from '#shared/ipc/errors';
import type { Pipeline } from '#shared/models/pipeline';
import type { Augmentation } from '#shared/models/run-config';
import type { EngineDevice } from '../../engine/backends/backend';
import type { NamedTensors } from '../../engine/tensor';
import { createClassifier } from '../../engine/train/classifier';
import { fastestBatch } from '../../engine/train/fastest-part';
import type { VitConfig } from '../../engine/vit/config';
import { featureWidth } from '../../engine/vit/tokens';
import type { LoaderOptions } from '../batches/loader';
import { explainWriteError } from '../core/file-errors';
import type { Sample } from '../core/protocol';
import { computeViews, type MissingView } from './compute-views';
import { bytesOf, openFeatureRows, readFeatures, removeSingleFiles } from './feature-rows';
import type { RowFiles } from './row-files';

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

/** Images, and the view to compute: the evaluation view, or an augmented one by its number from 0. */
export interface FeatureRequest {
  readonly samples: readonly Sample[];
  readonly view: 'evaluation' | number;
}

/** The features of a request, as far as they are known. */
interface Lookup {
  readonly samples: readonly Sample[];
  /** Augmented view n is the view of epoch n + 1 in a training of layers. */
  readonly epoch: number | null;
  readonly key: string;
  readonly rowOf: (sample: Sample) => string;
  /** [images, features] */
  readonly features: Float32Array;
  /** Positions of images without cached features. */
  readonly missing: readonly number[];
}

/**
 * Computes the features that the frozen backbone passes to the classifier: [images, features] for each request. Each
 * view is computed once in the lifetime of the cache.
 */
export async function extractFeatures(
  requests: readonly FeatureRequest[],
  options: FeatureOptions,
): Promise<Float32Array[]> {
  const lookups = requests.map((request) => lookUp(request, options));
  const total = requests.reduce((sum, { samples }) => sum + samples.length, 0);
  const missing = lookups.reduce((sum, lookup) => sum + lookup.missing.length, 0);
  if (missing > 0) await computeMissing(lookups, total - missing, total, options);
  return lookups.map(({ features }) => features);
}

/**
 * Reads what is cached of a request. The evaluation view depends on the weights, the pipeline and the raster's content;
 * an augmented view also on the augmentation, the seed, the number of the view and the image's id.
 */
function lookUp({ samples, view }: FeatureRequest, options: FeatureOptions): Lookup {
  const width = featureWidth(options.config);
  const isPlain = view === 'evaluation';
  const more = isPlain ? [] : [recordHash(options.augmentation), String(options.seed), String(view)];
  const key = featuresKey(options.backboneHash, pipelineHash(options.pipeline), more);
  const rowOf = ({ image, raster }: Sample) => `${isPlain ? '' : `${image}-`}${raster.name}`;
  const features = new Float32Array(samples.length * width);
  const missing: number[] = [];
  const rows = openFeatureRows(options.cacheFolder, key, width);
  for (const [index, sample] of samples.entries()) {
    if (!isCached(rows, rowOf(sample), features.subarray(index * width, (index + 1) * width))) missing.push(index);
  }
  rows.close();
  return { samples, epoch: isPlain ? null : view + 1, key, rowOf, features, missing };
}

function isCached(rows: RowFiles, name: string, into: Float32Array): boolean {
  try {
    return readFeatures(rows, name, into);
  } catch {
    // A file that cannot be read; computing the features again reports a disk that is gone.
    return false;
  }
}

async function computeMissing(
  lookups: readonly Lookup[],
  cached: number,
  total: number,
  options: FeatureOptions,
): Promise<void> {
  const { config, parameters, device, threads, onProgress, cacheFolder } = options;
  const width = featureWidth(config);
  let done = cached;
  await onProgress(done, total);
  const most = Math.max(...lookups.map(({ missing }) => missing.length));
  const batch = fastestBatch(config, Math.min(options.batchSize, most), device);
  const classifier = await createClassifier({ config, parameters, device, threads, batch, attentions: false });
  const opened: RowFiles[] = [];
  try {
    const views = lookups.map(({ samples, epoch, key, rowOf, features, missing }): MissingView => {
      const rows = openFeatureRows(cacheFolder, key, width);
      opened.push(rows);
      const store = async (positions: readonly number[], values: Float32Array) => {
        const rowAt = (row: number) => values.subarray(row * width, (row + 1) * width);
        for (const [row, index] of positions.entries()) features.set(rowAt(row), index * width);
        const named = positions.map((index, row) => [rowOf(samples[index] as Sample), bytesOf(rowAt(row))] as const);
        await storeIfRoom(rows, named);
      };
      return { samples, epoch, missing, store };
    });
    for (const { key, missing } of lookups) if (missing.length > 0) await removeSingleFiles(cacheFolder, key);
    const run = async (pixels: Float32Array, count: number) => (await classifier.run(pixels, count)).features;
    await computeViews(views, { ...options, batch }, run, async (count) => {
      done += count;
      await onProgress(done, total);
    });
  } finally {
    for (const rows of opened) rows.close();
    await classifier.dispose();
  }
}

async function storeIfRoom(
  rows: RowFiles,
  named: readonly (readonly [name: string, row: Uint8Array])[],
): Promise<void> {
  try {
    await rows.append(named);
  } catch (error) {
    const reason = explainWriteError(error, 'cached features');
    // The run has the features in memory; a full disk only means computing them again next time.
    if (!(reason instanceof FoveaError) || reason.code !== 'disk_full') throw reason;
  }
}
