import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nativePath } from '../../ingest/native-path';
import { locationsOf, type StoredLocation } from '../../store/images';
import { resolveSource } from '../dataset/dataset';
import type { OpenProject } from '../project/projects';
import { hashOrNull } from './copier';

/**
 * Recorded places of this content, other than `here`, from which the file has disappeared or where another file has its
 * name. Copies that still exist are kept: they are as good as the new place.
 */
export async function lostPlaces(
  project: OpenProject,
  hash: string,
  here: Pick<StoredLocation, 'folder' | 'path'>,
): Promise<StoredLocation[]> {
  const lost: StoredLocation[] = [];
  for (const place of locationsOf(project.store, hash)) {
    if (place.folder === here.folder && place.path === here.path) continue;
    if (!(await isThere(project, place, hash))) lost.push(place);
  }
  return lost;
}

async function isThere(project: OpenProject, place: StoredLocation, hash: string): Promise<boolean> {
  const file = join(resolveSource(project.folder, place.folder), ...place.path.split('/'));
  const info = await stat(nativePath(file)).catch(() => null);
  if (info === null || !info.isFile() || info.size !== place.fileBytes) return false;
  return (await hashOrNull(file)) === hash;
}
