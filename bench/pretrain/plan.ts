import { availableParallelism } from 'node:os';
import { createBackend } from '../../src/main/engine/backends/create-backend';
import { createSession } from '../../src/main/engine/train/create-session';
import { distillationModel, withProjections } from '../../src/main/engine/train/distillation';
import { createTokenEncoder } from '../../src/main/engine/train/token-encoder';
import { interpolatePositions, withImageSize } from '../../src/main/engine/vit/interpolate-positions';
import { patchCount } from '../../src/main/engine/vit/tokens';
import type { DistillationModel, DistillationStage } from '../../src/main/engine-host/distillation/distillation-spec';
import { drawPicture } from './pictures/picture';

/** Image size, share of the time, peak learning rate, pictures in a shard, shards in the window. */
const stagePlans = [
  { imageSize: 112, share: 0.7, learningRate: 3e-4, shardPictures: 1024, shards: 16 },
  { imageSize: 224, share: 0.3, learningRate: 2e-4, shardPictures: 256, shards: 16 },
] as const;

export interface PlanOptions {
  readonly teacher: DistillationModel;
  readonly student: DistillationModel;
  readonly batchSize: number;
  readonly uses: number;
  readonly hours: number;
  readonly threads: number;
}

/** Processor seconds of one call, after a first one. */
async function processorSeconds(work: () => Promise<unknown>): Promise<number> {
  await work();
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/**
 * Measures a picture, the teacher and a step of the student at each stage's size, and returns the steps that fill
 * `hours` on this machine if it had nothing else to do.
 */
export async function planStages(options: PlanOptions): Promise<readonly DistillationStage[]> {
  const stages: DistillationStage[] = [];
  for (const { share, ...stage } of stagePlans) {
    const seconds = await secondsPerStep(options, stage.imageSize);
    const steps = Math.max(1, Math.round((3600 * options.hours * share) / seconds));
    stages.push({ ...stage, steps, warmupSteps: Math.min(300, Math.round(steps / 10)) });
  }
  return stages;
}

async function secondsPerStep(options: PlanOptions, imageSize: number): Promise<number> {
  const { teacher, student, batchSize, uses, threads } = options;
  // One thread measures the work itself: several also measure how they wait for each other.
  const device = { device: 'cpu', threads: 1 } as const;
  const [teacherConfig, config] = [teacher.config, student.config].map((own) => withImageSize(own, imageSize)) as [
    typeof teacher.config,
    typeof student.config,
  ];
  const pixels = new Float32Array(batchSize * 3 * imageSize ** 2);
  const encoder = await createTokenEncoder({
    ...device,
    config: teacherConfig,
    parameters: interpolatePositions(teacher.parameters, teacher.config, teacherConfig),
    batch: 16,
  });
  const ofTeacher = (await processorSeconds(() => encoder.run(pixels.subarray(0, 16 * 3 * imageSize ** 2), 16))) / 16;
  await encoder.dispose();

  const width = teacher.config.hiddenSize;
  const session = await createSession(
    createBackend(device),
    distillationModel(config, width, { cls: 1, patches: 1, mean: 1 }),
    {
      microBatch: batchSize,
      optimizer: { kind: 'adamw' },
      weightDecay: 0,
      maxGradientNorm: 1,
      labelSmoothing: 0,
      classWeights: null,
      seeds: [0],
      emaDecay: 0.999,
    },
    withProjections(interpolatePositions(student.parameters, student.config, config), config, width, 0),
  );
  const features = new Float32Array(batchSize * (1 + patchCount(config)) * width);
  const batch = { pixels, features, labels: new Int32Array(0), count: batchSize };
  const ofStep = await processorSeconds(() => session.step([batch], 0));
  await session.dispose();

  const drawn = 64;
  const ofPicture =
    (await processorSeconds(async () => {
      for (let index = 0; index < drawn; index += 1) drawPicture(0, index, imageSize, true);
    })) / drawn;
  // Pictures are drawn on one core, the rest runs on all.
  const cores = threads > 0 ? threads : availableParallelism();
  return ofStep / cores + (batchSize / uses) * (ofPicture + ofTeacher / cores);
}
