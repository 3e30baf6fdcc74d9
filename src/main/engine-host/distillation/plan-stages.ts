import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { EngineDevice } from '../../engine/backends/backend';
import { createBackend } from '../../engine/backends/create-backend';
import { createSession } from '../../engine/train/create-session';
import { distillationModel, withProjections } from '../../engine/train/distillation';
import { createTokenEncoder } from '../../engine/train/token-encoder';
import { interpolatePositions, withImageSize } from '../../engine/vit/interpolate-positions';
import { patchCount } from '../../engine/vit/tokens';
import type { DistillationModel, DistillationStage } from './distillation-spec';
import { TEACHER_BATCH } from './stage-targets';

/** A stage before it is known how many steps fit into its share of the time. */
export interface StageOutline extends Pick<DistillationStage, 'imageSize' | 'learningRate' | 'shards'> {
  /** Share of the whole time. */
  readonly share: number;
  /** Pictures in a shard at most; shorter stages have smaller ones. */
  readonly shardPictures: number;
}

const planSchema = z.array(
  z.object({
    imageSize: z.number().int(),
    steps: z.number().int(),
    learningRate: z.number(),
    warmupSteps: z.number().int(),
    shardPictures: z.number().int(),
    shards: z.number().int(),
  }),
);

export interface PlanOptions {
  /** Where the plan is kept: steps are measured once, and a continued distillation follows the plan it began with. */
  readonly file: string;
  readonly outlines: readonly StageOutline[];
  readonly teacher: DistillationModel;
  readonly student: DistillationModel;
  readonly batchSize: number;
  readonly uses: number;
  readonly seconds: number;
  readonly device: EngineDevice;
  readonly threads: number;
  /** Prepares a picture, to measure how long that takes. */
  drawPicture(index: number, size: number): void;
  /**
   * `wall`: the time that passes. `processor`: processor time shared by all cores, as if the machine had nothing else to
   * do; for the CPU only.
   */
  readonly clock: 'wall' | 'processor';
  /** Called before each measurement, of which a stage has three; may throw to stop. */
  onMeasure?(): Promise<void>;
}

const MOST_WARMUP_STEPS = 300;
const LEAST_SHARDS = 8;

/** Measures how long steps take at each size, and returns stages with the steps that fill the time. */
export async function planStages(options: PlanOptions): Promise<readonly DistillationStage[]> {
  const { file, outlines, batchSize, uses } = options;
  if (existsSync(file)) return planSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const stages: DistillationStage[] = [];
  for (const { share, shardPictures: most, ...outline } of outlines) {
    const steps = Math.max(
      1,
      Math.round((options.seconds * share) / (await secondsPerStep(options, outline.imageSize))),
    );
    const pictures = Math.ceil((steps * batchSize) / uses / LEAST_SHARDS);
    const shardPictures = Math.min(most, Math.max(batchSize, pictures));
    stages.push({ ...outline, shardPictures, steps, warmupSteps: Math.min(MOST_WARMUP_STEPS, Math.round(steps / 10)) });
  }
  await writeFileAtomic(file, `${JSON.stringify(stages, null, 2)}\n`);
  return stages;
}

async function secondsPerStep(options: PlanOptions, imageSize: number): Promise<number> {
  const { batchSize, uses, threads, clock } = options;
  // Processor time is measured on one thread: several also measure how they wait for each other.
  const measured = clock === 'processor' ? 1 : threads;
  const cores = clock === 'processor' ? threads || availableParallelism() : 1;
  await options.onMeasure?.();
  const ofTeacher = await teacherSeconds(options, imageSize, measured);
  await options.onMeasure?.();
  const ofStep = await studentSeconds(options, imageSize, measured);
  await options.onMeasure?.();
  const drawn = 16;
  const ofPicture = await secondsOf(clock, async () => {
    for (let index = 0; index < drawn; index += 1) options.drawPicture(index, imageSize);
  });
  // Pictures are drawn on one core, the rest runs on all.
  return ofStep / cores + (batchSize / uses) * (ofPicture / drawn + ofTeacher / cores);
}

/** Seconds of the second of two calls. */
async function secondsOf(clock: PlanOptions['clock'], work: () => Promise<unknown>): Promise<number> {
  await work();
  const [time, usage] = [performance.now(), process.cpuUsage()];
  await work();
  if (clock === 'wall') return (performance.now() - time) / 1000;
  const { user, system } = process.cpuUsage(usage);
  return (user + system) / 1e6;
}

/** Seconds for one picture. */
async function teacherSeconds(
  { teacher, device, clock }: PlanOptions,
  imageSize: number,
  threads: number,
): Promise<number> {
  const config = withImageSize(teacher.config, imageSize);
  const parameters = interpolatePositions(teacher.parameters, teacher.config, config);
  const encoder = await createTokenEncoder({ config, parameters, device, threads, batch: TEACHER_BATCH });
  const pixels = new Float32Array(TEACHER_BATCH * 3 * imageSize ** 2);
  const seconds = await secondsOf(clock, () => encoder.run(pixels, TEACHER_BATCH));
  await encoder.dispose();
  return seconds / TEACHER_BATCH;
}

/** Seconds for one step. */
async function studentSeconds(options: PlanOptions, imageSize: number, threads: number): Promise<number> {
  const { teacher, student, batchSize, device, clock } = options;
  const config = withImageSize(student.config, imageSize);
  const width = teacher.config.hiddenSize;
  const session = await createSession(
    createBackend({ device, threads }),
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
  const pixels = new Float32Array(batchSize * 3 * imageSize ** 2);
  const features = new Float32Array(batchSize * (1 + patchCount(config)) * width);
  const batch = { pixels, features, labels: new Int32Array(0), count: batchSize };
  const seconds = await secondsOf(clock, () => session.step([batch], 0));
  await session.dispose();
  return seconds;
}
