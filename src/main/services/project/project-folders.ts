import { existsSync } from 'node:fs';
import { projectAway } from '../../store/errors';
import { makeFolders } from '../core/make-folders';
import { databasePath } from './project-paths';

/**
 * Checks that a project's database exists: a disk that was removed leaves an empty folder at its mount point. Throws
 * `project_away`.
 */
export function requireProject(project: string): void {
  if (!existsSync(databasePath(project))) throw projectAway();
}

/**
 * Creates a folder of an existing project. Creating it at the mount point of a removed disk would prevent the project
 * from coming back. Throws `project_away`.
 */
export async function makeProjectFolders(project: string, path: string): Promise<void> {
  requireProject(project);
  await makeFolders(path);
}
