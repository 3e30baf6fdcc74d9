import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import { explainWriteError } from '../core/file-errors';
import type { DistilResult, DistilSpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { chooseStudent, outlineStages } from './choose-student';
import { distil } from './distil';
import type { DistillationSpec } from './distillation-spec';
import { imageSource } from './image-source';
import { openTeacher } from './open-teacher';
import { planStages } from './plan-stages';
import { writeStudent } from './write-student';

const BATCH_SIZE = 32;
const USES = 4;

/**
 * Distils a student from a teacher on a project's images. A cancelled request keeps its state, and the same request
 * continues it.
 *
 * @throws FoveaError `cancelled`, `student_unknown`, `raster_missing`, `disk_full`, and the errors of a checkpoint folder
 */
export async function distilImages(input: DistilSpec, context: RequestContext): Promise<DistilResult> {
  try {
    return await run(input, context);
  } catch (error) {
    throw explainWriteError(error, 'the student');
  }
}

async function run(input: DistilSpec, context: RequestContext): Promise<DistilResult> {
  const { folder, seed, device, threads } = input;
  await mkdir(folder, { recursive: true });
  context.progress('reading-backbone', 0, 1);
  const teacher = await openTeacher(input.teacherFolder);
  const student = chooseStudent(input.student, teacher, seed);
  const { source, trainImages, heldOutImages } = imageSource(input.rasters, input.images, seed);
  const outlines = outlineStages(teacher, student);
  let measured = 0;
  const stages = await planStages({
    file: join(folder, 'plan.json'),
    outlines,
    teacher,
    student,
    batchSize: BATCH_SIZE,
    uses: USES,
    seconds: 60 * input.minutes,
    device,
    threads,
    drawPicture: (index, size) => source.picture(index, size, false),
    clock: 'wall',
    onMeasure: async () => {
      context.progress('measuring-speed', measured, 3 * outlines.length);
      measured += 1;
      await checkCancelled(context);
    },
  });
  const spec: DistillationSpec = {
    folder,
    teacher,
    student,
    normalisation: teacher.normalisation,
    stages,
    batchSize: BATCH_SIZE,
    uses: USES,
    heldOutPictures: heldOutImages,
    weights: { cls: 1, patches: 1, mean: 1 },
    weightDecay: 0.02,
    emaDecay: 0.999,
    seed,
    device,
    threads,
  };
  const total = stages.reduce((sum, { steps }) => sum + steps, 0);
  const stepsBefore = (stage: number): number => stages.slice(0, stage).reduce((sum, { steps }) => sum + steps, 0);
  const result = await distil(spec, source, {
    onProgress: async ({ stage, step }) => {
      context.progress('distilling', stepsBefore(stage) + step, total);
      await context.yieldToMessages();
    },
    onRecord: () => {},
    shouldPause: () => context.control() !== null,
  });
  if (result.state === 'paused')
    throw new FoveaError('cancelled', 'The distillation was stopped. It can be continued.');
  const written = join(folder, 'student');
  const files = new Map(teacher.processor === null ? [] : [teacher.processor]);
  await writeStudent(written, result.model, files);
  return { folder: written, trainImages, steps: total, seconds: result.progress.seconds, errors: result.errors };
}
