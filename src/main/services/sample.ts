import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Job } from '#shared/models/job';
import { SAMPLE_IMAGES_PER_PATIENT, SAMPLE_PATIENTS, sampleDataset } from '../ingest/sample/sample-dataset';
import { toStoreError } from '../store/errors';
import type { Dataset } from './dataset';
import type { Imports } from './import';
import type { JobHandle, Jobs } from './jobs';
import { imagesFolder } from './project-paths';
import type { OpenProject, Projects } from './projects';
import type { Splits } from './splits';

export interface Samples {
  /**
   * Makes the sample project: 240 generated DICOM images of 60 invented patients in three classes, imported and split.
   * `folder` null takes the one in Fovea's own folder, which is opened as it is where it is whole already.
   */
  start(folder: string | null): Job;
  result(job: string): Promise<OpenProject>;
}

const NAME = 'Sample: ultrasound-like images';
const SEED = 42;

export function createSamples(options: {
  readonly userDataFolder: string;
  readonly projects: Projects;
  readonly imports: Imports;
  readonly dataset: Dataset;
  readonly splits: Splits;
  readonly jobs: Jobs;
}): Samples {
  const { projects, imports, dataset, splits, jobs } = options;

  const make = async (folder: string, handle: JobHandle): Promise<OpenProject> => {
    const project = await projects.create(folder, NAME);
    if (dataset.summary(project).split !== null) return project;
    const images = imagesFolder(project.folder);
    await writeImages(images, handle);
    const plan = await imports.scan(project, [images]);
    const fromFolders = { labelsFromFolders: true, splitsFromFolders: true, groupPattern: null, copy: false };
    await imports.run(project, plan.id, fromFolders, null, handle);
    handle.signal.throwIfAborted();
    splits.split(project, { validation: 0.2, test: 0.2, seed: SEED, group: 'patient' });
    return project;
  };

  return {
    start: (folder) =>
      jobs.start('sample', null, (handle) => make(folder ?? join(options.userDataFolder, 'sample-project'), handle)),
    result: (job) => jobs.result<OpenProject>(job),
  };
}

/** Drawing one takes some milliseconds of this thread: it is given back after each. */
async function writeImages(folder: string, { signal, progress }: JobHandle): Promise<void> {
  const total = SAMPLE_PATIENTS * SAMPLE_IMAGES_PER_PATIENT;
  let done = 0;
  for (const { path, bytes } of sampleDataset(SEED)) {
    signal.throwIfAborted();
    const file = join(folder, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    } catch (error) {
      throw toStoreError(error);
    }
    done += 1;
    progress('drawing images', done, total);
    await nextTurn();
  }
}
