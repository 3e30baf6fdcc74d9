import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { createRandom } from '#shared/imaging/random';
import { type Preset, type RunConfigInput, runConfigSchema } from '#shared/models/run-config';
import { architectureByName } from '../../src/main/engine/vit/architectures';
import { createEngineClient } from '../../src/main/engine-host/client/client';
import type { Sample } from '../../src/main/engine-host/core/protocol';
import { writeRasterFile } from '../../src/main/packs/place';
import { launchNodeHost } from '../../src/main/process/node-launcher';
import { buildHosts, engineEntries } from '../../src/main/process/test-support/build-hosts';

interface Case {
  readonly backbone: string;
  readonly preset: Preset;
  readonly batch: number;
  readonly accumulation: number;
  /** Whether a moving average of the weights is kept. */
  readonly averaged: boolean;
}

const TOLERANCE = 0.25;
const STEPS = 2;
const CLASSES = ['a', 'b', 'c'];

const caseOf = (backbone: string, preset: Preset, batch: number, accumulation = 1, averaged = false): Case => ({
  backbone,
  preset,
  batch,
  accumulation,
  averaged,
});
const cases: readonly Case[] = [
  ...[4, 10, 32].map((batch) => caseOf('vit-micro', 'full', batch)),
  caseOf('vit-micro', 'quick', 32),
  ...[1, 4, 8, 16].map((batch) => caseOf('vit-tiny-patch16-224', 'full', batch)),
  caseOf('vit-tiny-patch16-224', 'full', 8, 2),
  ...[8, 32].map((batch) => caseOf('vit-tiny-patch16-224', 'quick', batch)),
  caseOf('vit-tiny-patch16-224', 'careful', 8),
  caseOf('vit-tiny-patch16-224', 'gradual', 8),
  caseOf('vit-tiny-patch16-224', 'lora', 8),
  caseOf('vit-tiny-patch16-224', 'full', 8, 1, true),
  ...[2, 8].map((batch) => caseOf('vit-small-patch16-224', 'full', batch)),
  caseOf('vit-small-patch16-224', 'quick', 8),
  ...[1, 4].map((batch) => caseOf('vit-base-patch16-224', 'full', batch)),
  caseOf('vit-base-patch16-224', 'full', 4, 2),
  caseOf('vit-base-patch16-224', 'full', 4, 1, true),
  caseOf('vit-base-patch16-224', 'lora', 4),
  caseOf('vit-base-patch16-224', 'lora', 4, 1, true),
  caseOf('vit-base-patch16-224', 'quick', 8),
  ...[1, 2].map((batch) => caseOf('vit-large-patch16-224', 'full', batch)),
  caseOf('vit-large-patch16-224', 'quick', 4),
];

const nameOf = ({ backbone, preset, batch, accumulation, averaged }: Case): string =>
  `${backbone} ${preset} ${batch}${accumulation > 1 ? ` x ${accumulation}` : ''}${averaged ? ' averaged' : ''}`;

/** Writes grey rasters of the most common size, with labels in turn. */
function writeSamples(folder: string, count: number, firstImage: number): Sample[] {
  mkdirSync(folder, { recursive: true });
  const [width, height] = [640, 512];
  const random = createRandom(1);
  const data = Uint8Array.from({ length: width * height }, () => random.integer(256));
  return Array.from({ length: count }, (_, index) => {
    const raster = writeRasterFile(join(folder, `${firstImage + index}.raster`), { width, height, channels: 1, data });
    return { image: firstImage + index, raster, label: index % CLASSES.length };
  });
}

/** Trains two steps from scratch in a separate process, with validation and checkpoints as in any run. */
async function measure(entry: string, { backbone, preset, batch, accumulation, averaged }: Case) {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-memory-'));
  const client = createEngineClient({ launcher: launchNodeHost, entry });
  try {
    const input: RunConfigInput = {
      backbone,
      preset,
      epochs: 1,
      headEpochs: 1,
      stageEpochs: 1,
      batchSize: batch,
      gradientAccumulation: accumulation,
      learningRate: 1e-4,
      emaDecay: averaged ? 0.999 : null,
    };
    const config = runConfigSchema.parse(input);
    const { imageSize } = architectureByName(backbone, CLASSES) ?? { imageSize: 224 };
    const source = { kind: 'architecture', name: backbone } as const;
    const train = writeSamples(join(folder, 'train'), STEPS * batch * accumulation, 1);
    const validation = writeSamples(join(folder, 'validation'), batch, 100_001);
    const images = { trainImages: train.length, validationImages: validation.length };
    const estimate = await client.request('estimate', { backbone: source, classes: CLASSES, config, ...images }).result;
    const result = await client.request('train', {
      runFolder: join(folder, 'run'),
      cacheFolder: join(folder, 'cache'),
      config,
      classes: CLASSES,
      backbone: source,
      pipeline: defaultPipeline(imageSize),
      train,
      validation,
      resume: false,
    }).result;
    return { predicted: estimate.memoryMB, peak: result.peakMemoryMB, seconds: result.seconds / STEPS };
  } finally {
    client.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Prints a line per case (all, or those whose name contains one of `wanted`). Returns the exit code: 1 if a prediction
 * is off by more than a quarter.
 */
export async function measureMemory(wanted: readonly string[]): Promise<number> {
  const entry = join(await buildHosts('bench-memory', engineEntries), 'engine-host.js');
  let code = 0;
  console.log('backbone, preset, batch x accumulation'.padEnd(44), 'peak MiB', 'predicted', 'ratio', 's a step');
  for (const item of cases) {
    const name = nameOf(item);
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    const { predicted, peak, seconds } = await measure(entry, item);
    const ratio = predicted / peak;
    const good = Math.abs(ratio - 1) <= TOLERANCE;
    if (!good) code = 1;
    console.log(
      name.padEnd(44),
      peak.toFixed(0).padStart(8),
      predicted.toFixed(0).padStart(9),
      ratio.toFixed(2).padStart(5),
      seconds.toFixed(1).padStart(8),
      good ? '' : '  off by more than 25 %',
    );
  }
  return code;
}
