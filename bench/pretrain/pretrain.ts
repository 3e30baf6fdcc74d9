import { appendFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reduceModel, spreadBlocks } from '../../src/main/engine/vit/reduce';
import { distil, studentSoFar } from '../../src/main/engine-host/distillation/distil';
import type { DistillationSpec } from '../../src/main/engine-host/distillation/distillation-spec';
import { openTeacher } from '../../src/main/engine-host/distillation/open-teacher';
import { planStages, type StageOutline } from '../../src/main/engine-host/distillation/plan-stages';
import { writeStudent } from '../../src/main/engine-host/distillation/write-student';
import { drawPicture, PICTURES_VERSION } from './pictures/picture';

const BATCH_SIZE = 32;
/** A picture's features cost the teacher as much as about two uses of it by the student. */
const USES = 4;
/** Most of the time at a size where a picture costs a quarter. */
const OUTLINES: readonly StageOutline[] = [
  { imageSize: 112, share: 0.7, learningRate: 3e-4, shardPictures: 1024, shards: 16 },
  { imageSize: 224, share: 0.3, learningRate: 2e-4, shardPictures: 256, shards: 16 },
];

/** Runs or continues the distillation. Returns the exit code. */
export async function pretrain(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      teacher: { type: 'string' },
      out: { type: 'string' },
      hours: { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
      blocks: { type: 'string', default: '6' },
      units: { type: 'string', default: '384' },
      threads: { type: 'string', default: '0' },
      /** Writes the student of the last checkpoint here and trains nothing. */
      snapshot: { type: 'string' },
    },
  });
  if (values.teacher === undefined || values.out === undefined) {
    console.error('Usage: npm run bench:pretrain -- --teacher FOLDER --out FOLDER [--hours 4] [--seed 1]');
    return 1;
  }
  const folder = resolve(values.out);
  mkdirSync(folder, { recursive: true });
  const [seed, threads] = [Number(values.seed), Number(values.threads)];
  const teacher = await openTeacher(resolve(values.teacher));
  const blocks = spreadBlocks(teacher.config.layers, Number(values.blocks));
  const student = reduceModel(teacher.config, teacher.parameters, { blocks, intermediateSize: Number(values.units) });
  const stages = await planStages({
    file: join(folder, 'plan.json'),
    outlines: OUTLINES,
    teacher,
    student,
    batchSize: BATCH_SIZE,
    uses: USES,
    seconds: 3600 * Number(values.hours),
    device: 'cpu',
    threads,
    drawPicture: (index, size) => drawPicture(seed, index, size, true),
    clock: 'processor',
  });
  const spec: DistillationSpec = {
    folder,
    teacher,
    student,
    normalisation: teacher.normalisation,
    stages,
    batchSize: BATCH_SIZE,
    uses: USES,
    heldOutPictures: 256,
    weights: { cls: 1, patches: 1, mean: 1 },
    weightDecay: 0.02,
    emaDecay: 0.999,
    seed,
    device: 'cpu',
    threads,
  };
  const source = {
    id: `generated ${PICTURES_VERSION} ${seed}`,
    picture: (index: number, size: number, heldOut: boolean) => drawPicture(seed, index, size, heldOut),
  };
  const files = new Map(teacher.processor === null ? [] : [teacher.processor]);
  if (values.snapshot !== undefined) {
    const soFar = studentSoFar(spec, source);
    if (soFar !== null) await writeStudent(resolve(values.snapshot), soFar, files);
    console.log(soFar === null ? 'There is no checkpoint yet.' : `written to ${values.snapshot}`);
    return soFar === null ? 1 : 0;
  }
  let pausing = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (pausing = true));
  const result = await distil(spec, source, {
    onProgress: () => new Promise((done) => setImmediate(done)),
    onRecord: (record) => {
      const line = JSON.stringify({ time: new Date().toISOString(), ...record });
      appendFileSync(join(folder, 'log.ndjson'), `${line}\n`);
      console.log(line);
    },
    onSnapshot: (snapshot, { stage, step }) =>
      writeStudent(join(folder, 'snapshots', `${stage}-${step}`), snapshot, files),
    shouldPause: () => pausing,
  });
  if (result.state === 'finished') await writeStudent(join(folder, 'model'), result.model, files);
  console.log(result.state);
  return result.state === 'finished' ? 0 : 3;
}
