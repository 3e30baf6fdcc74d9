import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { inTurn } from '#shared/async/in-turn';
import { makeFolders } from '../core/make-folders';

const recentSchema = z.object({
  id: z.string(),
  folder: z.string(),
  name: z.string(),
  openedAt: z.string(),
  images: z.number().int(),
  classes: z.array(z.string()),
  runs: z.number().int(),
});
export type RecentProject = z.infer<typeof recentSchema>;

const MOST = 50;

export interface RecentProjects {
  list(): Promise<readonly RecentProject[]>;
  /** Puts a project first; its id stays the same as long as the list remembers its folder. */
  remember(project: Omit<RecentProject, 'id' | 'openedAt'>): Promise<RecentProject>;
  forget(id: string): Promise<void>;
}

/**
 * `recent-projects.json` in the user-data folder. A list that cannot be read or written is an empty one: no project
 * depends on it.
 */
export function createRecentProjects(userDataFolder: string): RecentProjects {
  const file = join(userDataFolder, 'recent-projects.json');
  // Ids of this process, for when the file cannot be written.
  const ids = new Map<string, string>();
  const take = inTurn();

  const load = async (): Promise<RecentProject[]> => {
    try {
      const parsed = z.array(recentSchema).safeParse(JSON.parse(await readFile(file, 'utf8')));
      return parsed.success ? parsed.data : [];
    } catch {
      return [];
    }
  };
  const save = async (list: readonly RecentProject[]) => {
    try {
      await makeFolders(userDataFolder);
      await writeFileAtomic(file, `${JSON.stringify(list, null, 2)}\n`);
    } catch {
      // See above.
    }
  };

  return {
    list: () => take(load),
    remember: (project) =>
      take(async () => {
        const list = await load();
        const id =
          list.find((one) => one.folder === project.folder)?.id ??
          ids.get(project.folder) ??
          randomBytes(9).toString('base64url');
        ids.set(project.folder, id);
        const entry: RecentProject = { ...project, id, openedAt: new Date().toISOString() };
        await save([entry, ...list.filter((one) => one.folder !== project.folder)].slice(0, MOST));
        return entry;
      }),
    forget: (id) => take(async () => save((await load()).filter((one) => one.id !== id))),
  };
}
