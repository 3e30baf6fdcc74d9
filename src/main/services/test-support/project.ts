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

/** An empty project in a folder of its own. */
export interface TestProject {
  /** Gone after `close`, with the project and all that a test puts in it. */
  readonly root: string;
  readonly events: Events;
  readonly projects: Projects;
  readonly project: OpenProject;
  close(): void;
}

/** `name`: how the folder's name begins, for a test of unusual names. */
export async function openTestProject(name = 'fovea-test-'): Promise<TestProject> {
  const root = mkdtempSync(join(tmpdir(), name));
  const events = createEvents();
  const projects = createProjects({ userDataFolder: join(root, 'user'), events });
  const project = await projects.create(join(root, 'project'));
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

/** What an image of a test differs in from `plainImage`; its patient and class by name. */
export type TestImage = Partial<Omit<NewImage, 'patientId'>> & { readonly patient?: string; readonly label?: string };

/** Rows of images of one import, without files: `IM<index>.png` in `/images`. Answers their ids. */
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
  // In one transaction: each on its own would wait for the disk.
  return store.transaction(() => Array.from({ length: count }, (_, index) => add(index)));
}
