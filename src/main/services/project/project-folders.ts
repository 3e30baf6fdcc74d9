import { existsSync } from 'node:fs';
import { projectAway } from '../../store/errors';
import { makeFolders } from '../core/make-folders';
import { databasePath } from './project-paths';

/**
 * A project is where its database is: a disk that was taken away leaves an empty folder where it was mounted. Throws
 * `project_away`.
 */
export function requireProject(project: string): void {
  if (!existsSync(databasePath(project))) throw projectAway();
}

/**
 * The same for a folder of a project, which must be there: half a project in its place would keep it from coming back.
 * Throws `project_away`.
 */
export async function makeProjectFolders(project: string, path: string): Promise<void> {
  requireProject(project);
  await makeFolders(path);
}
