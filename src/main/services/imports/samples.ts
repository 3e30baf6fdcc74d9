import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { JobPhase } from '#shared/ipc/contract';
import { importOptionsSchema, splitRequestSchema } from '#shared/models/dataset';
import type { ProjectSummary } from '#shared/models/project';
import { runConfigSchema } from '#shared/models/run-config';
import { SAMPLE_IMAGES_PER_PATIENT, SAMPLE_PATIENTS, sampleDataset } from '../../ingest/sample/sample-dataset';
import { Slice } from '../../ingest/slice';
import type { JobHandle, Jobs, Started } from '../core/jobs';
import { imagesFolder } from '../project/project-paths';
import { folderName, type OpenProject, type Projects } from '../project/projects';
import { freeFolder } from '../project/proposed-projects';
import type { Splits } from '../splits/splits';
import type { Imports } from './imports';

/** `resources/sample.json`: the recipe of the sample project and the training of the demo. */
const sampleRecipeSchema = z.strictObject({
  name: z.string(),
  seed: z.number().int(),
  split: splitRequestSchema,
  training: runConfigSchema,
});
export type SampleRecipe = z.infer<typeof sampleRecipeSchema>;

export interface Samples {
  recipe(): Promise<SampleRecipe>;
  /** Creates the sample project in `folder` (empty or absent): draws images as DICOM files, imports and splits them. */
  make(folder: string, handle: JobHandle<JobPhase<'projects.sample'>>): Promise<OpenProject>;
  /** Starts `make` as a job; by default in the projects folder, beside earlier samples. */
  start(folder?: string): Started<'projects.sample'>;
}

export function createSamples(options: {
  readonly projects: Projects;
  readonly imports: Imports;
  readonly splits: Splits;
  readonly jobs: Jobs;
  readonly projectsFolder: string;
  readonly resourcesFolder: string;
}): Samples {
  const { projects, imports, splits, jobs } = options;

  const recipe = async (): Promise<SampleRecipe> =>
    sampleRecipeSchema.parse(JSON.parse(await readFile(join(options.resourcesFolder, 'sample.json'), 'utf8')));

  const make = async (folder: string, handle: JobHandle<JobPhase<'projects.sample'>>): Promise<OpenProject> => {
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
    start: (folder) =>
      jobs.start('projects.sample', {}, async (handle): Promise<ProjectSummary> => {
        const { name } = await recipe();
        const project = await make(folder ?? freeFolder(join(options.projectsFolder, folderName(name))), handle);
        return projects.summary(project.id);
      }),
  };
}

/** Yields to the event loop between images, each of which takes about 20 ms to draw. */
async function writeImages(
  folder: string,
  seed: number,
  handle: JobHandle<JobPhase<'projects.sample'>>,
): Promise<void> {
  const total = SAMPLE_PATIENTS * SAMPLE_IMAGES_PER_PATIENT;
  let done = 0;
  const slice = new Slice();
  for (const file of sampleDataset(seed)) {
    handle.signal.throwIfAborted();
    const path = join(folder, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, Buffer.from(file.bytes), { fsync: false });
    handle.progress('drawing-images', ++done, total);
    if (slice.isOver) await slice.next();
  }
}
