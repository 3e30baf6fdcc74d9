import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { featuresKey, pipelineHash, recordHash } from '#shared/imaging/pipeline';
import { FoveaError } from '#shared/ipc/errors';
import type { Pipeline } from '#shared/models/pipeline';
import type { Augmentation } from '#shared/models/run-config';
import type { EngineDevice } from '../../engine/backends/backend';
import { decodeFloat16, encodeFloat16 } from '../../engine/half';
import type { NamedTensors } from '../../engine/tensor';
import { fastestBatch } from '../../engine/train/fastest-part';
import { createFrontier, frontierWidth } from '../../engine/train/frontier';
import type { VitConfig } from '../../engine/vit/config';
import type { LoaderOptions } from '../batches/loader';
import { explainWriteError } from '../core/file-errors';
import type { Sample } from '../core/protocol';
import { computeViews } from './compute-views';
import type { FeatureRequest } from './extract-features';
import { openRowFiles, type RowFiles } from './row-files';

export interface FrontierRowsOptions {
  readonly cacheFolder: string;
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  /** Identifies the frozen weights. */
  readonly backboneHash: string;
  /** Index of the first trained block. */
  readonly block: number;
  readonly pipeline: Pipeline;
  /** Augmentation of the augmented views, drawn with `seed`. */
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly device: EngineDevice;
  readonly threads: number;
  readonly batchSize: number;
  /** Maximum size of the folder with the inputs of last blocks. */
  readonly maximumBytes: number;
  /** See `LoaderOptions`. */
  readonly retry?: LoaderOptions['retry'];
  onProgress(done: number, total: number): Promise<void>;
}

/** Inputs of the first trained block, on disk as half floats. */
export interface FrontierRows {
  /** Copies the frontier [tokens x hidden] of an image of a request into `into`. Throws `frontier_damaged`. */
  read(request: number, position: number, into: Float32Array): void;
  close(): void;
}

/** Space on the disk that is left to others. */
const RESERVED_BYTES = 2 ** 30;
const ROW_OVERHEAD_BYTES = 20;

/** Bytes on disk of one view of one image. */
export const frontierRowBytes = (config: VitConfig): number => 2 * frontierWidth(config) + ROW_OVERHEAD_BYTES;

/**
 * Computes the inputs of the first trained block for each request, once in the lifetime of the cache. Returns why not, as
 * a sentence, if they do not fit in the permitted size, on the disk, or in half floats; inputs of other runs are removed
 * first, the oldest before others.
 */
export async function prepareFrontierRows(
  requests: readonly FeatureRequest[],
  options: FrontierRowsOptions,
): Promise<FrontierRows | string> {
  const folder = join(options.cacheFolder, 'frontier');
  const views = requests.map((request) => openView(folder, request, options));
  const total = requests.reduce((sum, { samples }) => sum + samples.length, 0);
  let kept = false;
  try {
    const cached = await findMissing(views, options);
    if (cached < total) {
      const keys = new Set(views.map(({ key }) => key));
      const refusal = await makeRoom(folder, keys, (total - cached) * frontierRowBytes(options.config), options);
      if (refusal !== null) return refusal;
      const problem = await computeMissing(views, cached, total, options);
      if (problem !== null) return problem;
    }
    kept = true;
    return readerOf(views, options.config);
  } finally {
    if (!kept) closeAll(views);
  }
}

interface View {
  readonly key: string;
  readonly samples: readonly Sample[];
  readonly epoch: number | null;
  readonly rows: RowFiles;
  readonly nameOf: (sample: Sample) => string;
  readonly missing: number[];
}

function openView(folder: string, { samples, view }: FeatureRequest, options: FrontierRowsOptions): View {
  const isPlain = view === 'evaluation';
  const more = isPlain ? [] : [recordHash(options.augmentation), String(options.seed), String(view)];
  const block = `block ${options.block}`;
  const key = featuresKey(options.backboneHash, pipelineHash(options.pipeline), [block, ...more]);
  const rows = openRowFiles(join(folder, key), 2 * frontierWidth(options.config));
  const nameOf = ({ image, raster }: Sample) => `${isPlain ? '' : `${image}-`}${raster.name}`;
  return { key, samples, epoch: isPlain ? null : view + 1, rows, nameOf, missing: [] };
}

/** Lists the rows that are missing or damaged. Returns the number of the others. */
async function findMissing(views: readonly View[], { config, onProgress }: FrontierRowsOptions): Promise<number> {
  const row = new Uint8Array(2 * frontierWidth(config));
  const total = views.reduce((sum, { samples }) => sum + samples.length, 0);
  let cached = 0;
  for (const { samples, rows, nameOf, missing } of views) {
    for (const [index, sample] of samples.entries()) {
      if (readRow(rows, nameOf(sample), row)) cached += 1;
      else missing.push(index);
      if (index % 64 === 63) await onProgress(cached, total);
    }
  }
  return cached;
}

function readRow(rows: RowFiles, name: string, into: Uint8Array): boolean {
  try {
    return rows.read(name, into);
  } catch {
    return false;
  }
}

/** Computes what is missing. Returns why it could not be kept, or null. */
async function computeMissing(
  views: readonly View[],
  cached: number,
  total: number,
  options: FrontierRowsOptions,
): Promise<string | null> {
  const { config, parameters, device, threads, block, onProgress } = options;
  const width = frontierWidth(config);
  let done = cached;
  await onProgress(done, total);
  const batch = fastestBatch(config, options.batchSize, device);
  const frontier = await createFrontier({ config, parameters, device, threads, block, batch });
  try {
    const missing = views.map(({ samples, epoch, rows, nameOf, missing }) => ({
      ...{ samples, epoch, missing },
      store: (positions: readonly number[], values: Float32Array) =>
        rows.append(
          positions.map((index, row) => {
            const halves = encodeFloat16(values.subarray(row * width, (row + 1) * width));
            if (halves.some(isInfinite)) throw new RangeError('an input of the last blocks exceeds half floats');
            return [nameOf(samples[index] as Sample), new Uint8Array(halves.buffer)] as const;
          }),
        ),
    }));
    const run = (pixels: Float32Array, count: number) => frontier.run(pixels, count);
    await computeViews(missing, { ...options, batch }, run, async (count) => {
      done += count;
      await onProgress(done, total);
    });
    return null;
  } catch (error) {
    return refusalOf(error);
  } finally {
    await frontier.dispose();
  }
}

function refusalOf(error: unknown): string {
  if (error instanceof RangeError) return 'Inputs of the last blocks are too large for half floats.';
  const reason = explainWriteError(error, 'the inputs of the last blocks');
  if (reason instanceof FoveaError && reason.code === 'disk_full') return reason.message;
  throw reason;
}

/** Removes the inputs of other runs, the oldest first, until `needed` bytes fit. Returns why they do not, or null. */
async function makeRoom(
  folder: string,
  keep: ReadonlySet<string>,
  needed: number,
  { maximumBytes }: FrontierRowsOptions,
): Promise<string | null> {
  await mkdir(folder, { recursive: true });
  const entries = await Promise.all(
    (await readdir(folder)).map(async (name) => ({ name, ...(await sizeOf(join(folder, name))) })),
  );
  const others = entries.filter(({ name }) => !keep.has(name)).sort((a, b) => a.changed - b.changed);
  const own = entries.filter(({ name }) => keep.has(name)).reduce((sum, { bytes }) => sum + bytes, 0);
  if (own + needed > maximumBytes) {
    return `The inputs of the last blocks take ${gigabytes(own + needed)} on disk, more than the ${gigabytes(maximumBytes)} allowed.`;
  }
  let size = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  for (;;) {
    const { bavail, bsize } = await statfs(folder);
    const fits = bavail * bsize >= needed + RESERVED_BYTES;
    if (fits && size + needed <= maximumBytes) return null;
    const oldest = others.shift();
    if (oldest === undefined) {
      return `The inputs of the last blocks take ${gigabytes(needed)} on disk, where ${gigabytes(bavail * bsize)} are free.`;
    }
    await rm(join(folder, oldest.name), { recursive: true, force: true });
    size -= oldest.bytes;
  }
}

/** Whether a half float is infinite or no number. */
const isInfinite = (half: number): boolean => (half & 0x7c00) === 0x7c00;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

async function sizeOf(folder: string): Promise<{ readonly bytes: number; readonly changed: number }> {
  const names = await readdir(folder).catch((): string[] => []);
  const files = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)));
  return files.reduce(
    (sum, file) => ({ bytes: sum.bytes + (file?.size ?? 0), changed: Math.max(sum.changed, file?.mtimeMs ?? 0) }),
    { bytes: 0, changed: 0 },
  );
}

function readerOf(views: readonly View[], config: VitConfig): FrontierRows {
  const halves = new Uint16Array(frontierWidth(config));
  const bytes = new Uint8Array(halves.buffer);
  return {
    read: (request, position, into) => {
      const { samples, rows, nameOf } = views[request] as View;
      if (!rows.read(nameOf(samples[position] as Sample), bytes)) {
        throw new FoveaError('frontier_damaged', 'A cached input of the last blocks was damaged on disk.', {
          hint: 'Resume the run: the input is computed again.',
        });
      }
      decodeFloat16(halves, into);
    },
    close: () => closeAll(views),
  };
}

function closeAll(views: readonly View[]): void {
  for (const { rows } of views) rows.close();
}
