import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { folderName, type OpenProject, type Projects } from './projects';

/** Name of a project that nothing suggests a name for. */
const PLAIN_NAME = 'My project';

/** New projects in Fovea's own folder, under names that are still free there. */
export interface ProposedProjects {
  /** The name that a project would get, with a number if the folder exists, and the folder that it would be made in. */
  propose(name?: string): { readonly name: string; readonly place: string };
  /** Creates the proposed project. Throws the errors of `Projects.create`. */
  create(name?: string): Promise<OpenProject>;
}

export function createProposedProjects(options: {
  readonly projects: Pick<Projects, 'create'>;
  readonly projectsFolder: string;
}): ProposedProjects {
  const { projects, projectsFolder } = options;
  const find = (name = PLAIN_NAME) => {
    const wanted = name.trim() === '' ? PLAIN_NAME : name.trim();
    const plain = join(projectsFolder, folderName(wanted));
    const folder = freeFolder(plain);
    // “ 2”, or nothing.
    return { folder, name: `${wanted}${basename(folder).slice(basename(plain).length)}` };
  };
  return {
    propose: (name) => ({ name: find(name).name, place: projectsFolder }),
    create(given) {
      const { folder, name } = find(given);
      return projects.create(folder, name);
    },
  };
}

/** The folder, or its name with the first free number appended: `Sample project 2`. */
export function freeFolder(wanted: string): string {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? wanted : `${wanted} ${number}`;
    if (!existsSync(folder)) return folder;
  }
}
