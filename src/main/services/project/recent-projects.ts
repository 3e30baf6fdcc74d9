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

const MAX_RECENT_PROJECTS = 50;

export interface RecentProjects {
  list(): Promise<readonly RecentProject[]>;
  /** Moves a project to the front; its id stays the same as long as its folder is in the list. */
  remember(project: Omit<RecentProject, 'id' | 'openedAt'>): Promise<RecentProject>;
  forget(id: string): Promise<void>;
}

/**
 * Stores `recent-projects.json` in the user-data folder. An unreadable list counts as empty, and failed writes are
 * ignored: no project depends on it.
 */
export function createRecentProjects(userDataFolder: string): RecentProjects {
  const file = join(userDataFolder, 'recent-projects.json');
  // Ids assigned by this process, in case the file cannot be written.
  const ids = new Map<string, string>();
  const inOrder = inTurn();

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
      // Ignored: no project depends on the list.
    }
  };

  return {
    list: () => inOrder(load),
    remember: (project) =>
      inOrder(async () => {
        const list = await load();
        const id =
          list.find((one) => one.folder === project.folder)?.id ??
          ids.get(project.folder) ??
          randomBytes(9).toString('base64url');
        ids.set(project.folder, id);
        const entry: RecentProject = { ...project, id, openedAt: new Date().toISOString() };
        await save([entry, ...list.filter((one) => one.folder !== project.folder)].slice(0, MAX_RECENT_PROJECTS));
        return entry;
      }),
    forget: (id) => inOrder(async () => save((await load()).filter((one) => one.id !== id))),
  };
}
