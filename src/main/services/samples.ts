import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { importOptionsSchema, splitRequestSchema } from '#shared/models/dataset';
import type { Job } from '#shared/models/job';
import { runConfigSchema } from '#shared/models/run-config';
import { SAMPLE_IMAGES_PER_PATIENT, SAMPLE_PATIENTS, sampleDataset } from '../ingest/sample/sample-dataset';
import type { Imports } from './import';
import type { JobHandle, Jobs } from './jobs';
import { imagesFolder } from './project-paths';
import type { OpenProject, Projects } from './projects';
import type { Splits } from './splits';

/** `resources/sample.json`: what the sample project is made of, and how the demo trains on it. */
const sampleRecipeSchema = z.strictObject({
  name: z.string(),
  seed: z.number().int(),
  split: splitRequestSchema,
  training: runConfigSchema,
});
export type SampleRecipe = z.infer<typeof sampleRecipeSchema>;

export interface Samples {
  recipe(): Promise<SampleRecipe>;
  /** Makes the sample project in `folder` (empty, or not there yet): images as DICOM files, imported and split. */
  make(folder: string, handle: JobHandle): Promise<OpenProject>;
  /** The same as a job, in Fovea's own folder, next to earlier samples. */
  start(): Job;
  result(job: string): Promise<OpenProject>;
}

export function createSamples(options: {
  readonly projects: Projects;
  readonly imports: Imports;
  readonly splits: Splits;
  readonly jobs: Jobs;
  readonly userDataFolder: string;
  readonly resourcesFolder: string;
}): Samples {
  const { projects, imports, splits, jobs } = options;

  const recipe = async (): Promise<SampleRecipe> =>
    sampleRecipeSchema.parse(JSON.parse(await readFile(join(options.resourcesFolder, 'sample.json'), 'utf8')));

  const make = async (folder: string, handle: JobHandle): Promise<OpenProject> => {
    const { name, seed, split } = await recipe();
    const project = await projects.create(folder, name);
    const images = imagesFolder(project.folder);
    await writeImages(images, seed, handle);
    const plan = await imports.scan(project, [images], handle.signal);
    await imports.run(project, plan.id, importOptionsSchema.parse({}), null, handle);
    handle.signal.throwIfAborted();
    splits.split(project, split);
    return project;
  };

  return {
    recipe,
    make,
    start() {
      const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
      return jobs.start('sample', null, (handle) => make(join(options.userDataFolder, 'samples', stamp), handle));
    },
    result: (job) => jobs.result<OpenProject>(job),
  };
}

/** Each image takes some 20 ms to draw: the event loop has its turn between them. */
async function writeImages(folder: string, seed: number, handle: JobHandle): Promise<void> {
  const total = SAMPLE_PATIENTS * SAMPLE_IMAGES_PER_PATIENT;
  let done = 0;
  for (const file of sampleDataset(seed)) {
    handle.signal.throwIfAborted();
    const path = join(folder, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, Buffer.from(file.bytes), { fsync: false });
    handle.progress('drawing images', ++done, total);
    await setImmediate();
  }
}
