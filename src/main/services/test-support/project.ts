import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { patientNumber } from '../../store/identity';
import { addImage, type NewImage } from '../../store/images';
import { startImport } from '../../store/imports';
import { classNumber, setLabel } from '../../store/labels';
import { sourceNumber } from '../../store/sources';
import { plainImage } from '../../store/test-support/plain-image';
import { createEvents, type Events } from '../core/events';
import { createProjects, type OpenProject, type Projects } from '../project/projects';

/** An empty project in its own folder. */
export interface TestProject {
  /** Folder of the project and of a test's files; deleted by `close`. */
  readonly root: string;
  readonly events: Events;
  readonly projects: Projects;
  readonly project: OpenProject;
  close(): void;
}

/** `folderName`: start of the name of `root`, for tests of unusual names. */
export async function openTestProject(folderName = 'fovea-test-', projectName?: string): Promise<TestProject> {
  const root = mkdtempSync(join(tmpdir(), folderName));
  const events = createEvents();
  const projects = createProjects({ userDataFolder: join(root, 'user'), events });
  const project = await projects.create(join(root, 'project'), projectName);
  return {
    root,
    events,
    projects,
    project,
    close() {
      projects.closeAll();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Differences of a test image from `plainImage`, with its patient and class by name. */
export type TestImage = Partial<Omit<NewImage, 'patientId'>> & { readonly patient?: string; readonly label?: string };

/** Adds rows of images of one import, without files: `IM<index>.png` in `/images`. Returns their ids. */
export function addImages(
  { store }: OpenProject,
  count: number,
  describe: (index: number) => TestImage = () => ({}),
): number[] {
  const importId = startImport(store);
  const add = (index: number): number => {
    const { patient, label, ...image } = describe(index);
    const { id } = addImage(store, {
      ...plainImage,
      hash: index.toString(16).padStart(64, '0'),
      sourceId: sourceNumber(store, '/images'),
      path: `IM${index}.png`,
      fileBytes: 1,
      width: 1,
      height: 1,
      importId,
      ...image,
      patientId: patient === undefined ? null : patientNumber(store, patient, 'dicom'),
    });
    if (label !== undefined) setLabel(store, id, classNumber(store, label), 'user');
    return id;
  };
  // In one transaction: separate ones would each wait for the disk.
  return store.transaction(() => Array.from({ length: count }, (_, index) => add(index)));
}
