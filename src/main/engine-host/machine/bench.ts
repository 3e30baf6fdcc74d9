import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { createRandom } from '#shared/imaging/random';
import type { Precision } from '#shared/models/precision';
import { augmentationSchema } from '#shared/models/run-config';
import { benchPredict, benchTrain } from '../../engine/bench/bench';
import { architectureNames } from '../../engine/vit/architectures';
import type { VitConfig } from '../../engine/vit/config';
import { writeRasterFile } from '../../packs/place';
import { makeTemporary } from '../../process/scratch';
import { inOrder } from '../batches/batch-source';
import { createLoader } from '../batches/loader';
import { peakMemoryMB, requireDevice } from '../core/device';
import type { BenchResult, BenchSpec } from '../core/protocol';
import { describeBackbone } from '../models/load-backbone';

const CLASSES = ['a', 'b', 'c'];
/** Dimensions of the most common canonical raster: grey, short side 512, aspect ratio 5 : 4. */
const RASTER = { width: 640, height: 512, channels: 1 as const };
const LOADER_IMAGES = 192;

/** Measures images per second that the loader reads, augments and normalises while nothing else runs. */
async function measureLoader(config: VitConfig, batch: number): Promise<number> {
  const folder = await makeTemporary('fovea-bench');
  const loader = createLoader({
    pipeline: defaultPipeline(config.imageSize),
    augmentation: augmentationSchema.parse({}),
    seed: 0,
  });
  try {
    const random = createRandom(1);
    const data = Uint8Array.from({ length: RASTER.width * RASTER.height }, () => random.integer(256));
    const raster = writeRasterFile(join(folder, 'image.raster'), { ...RASTER, data });
    const orders = (images: number, epoch: number) =>
      inOrder(images, batch).map((positions) => ({
        epoch,
        samples: positions.map((image) => ({ image, raster, label: 0 })),
      }));
    const drain = async (images: number, epoch: number) => {
      let count = 0;
      for await (const made of loader.batches(orders(images, epoch))) count += made.count;
      return count;
    };
    await drain(32, 0);
    const started = performance.now();
    const images = await drain(LOADER_IMAGES, 1);
    return (images * 1000) / (performance.now() - started);
  } finally {
    await loader.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Measures the engine on random images, and the loader by itself. */
export async function bench(spec: BenchSpec): Promise<BenchResult> {
  const source = architectureNames.includes(spec.backbone)
    ? ({ kind: 'architecture', name: spec.backbone } as const)
    : ({ kind: 'folder', folder: spec.backbone } as const);
  const { config } = await describeBackbone(source, CLASSES, null);
  const device = await requireDevice(spec.device);
  const loaderImagesPerSecond = await measureLoader(config, spec.batch);
  const { threads, batch, steps } = spec;
  const options = { config, device, threads, batch, steps };
  const precisions = spec.what === 'train' ? (['fp32'] as const) : spec.precisions;
  const measured = spec.what === 'train' ? [await benchTrain(options)] : await benchPredict(options, precisions);
  const [first, ...others] = measured.map((one, index) => ({ ...one, precision: precisions[index] as Precision }));
  if (first === undefined) throw new Error('no precision to measure');
  return {
    backbone: spec.backbone,
    batch,
    device,
    threads,
    ...first,
    others,
    peakMemoryMB: peakMemoryMB(),
    loaderImagesPerSecond,
  };
}
