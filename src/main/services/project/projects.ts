import { existsSync } from 'node:fs';
import { readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type { ProjectSummary } from '#shared/models/project';
import { INCOMING, sweepScratch } from '../../process/scratch';
import { imageCount, usedClasses } from '../../store/counts';
import { pathTooLong, toStoreError } from '../../store/errors';
import { classesByName } from '../../store/labels';
import { getMeta, setMeta } from '../../store/meta';
import { createProjectStore, isPathForSqlite, openProjectStore, type ProjectStore } from '../../store/open';
import type { Events } from '../core/events';
import { makeFolders } from '../core/make-folders';
import {
  cacheFolder,
  databasePath,
  exportsFolder,
  predictionsFolder,
  runsFolder,
  unpackingFolder,
} from './project-paths';
import { createRecentProjects } from './recent-projects';

export interface OpenProject {
  /** Opaque id used by the window and in resource paths. */
  readonly id: string;
  /** Absolute, links resolved. */
  readonly folder: string;
  readonly name: string;
  readonly store: ProjectStore;
}

export interface Projects {
  /**
   * Creates a project in an empty or new folder; opens a folder that is already a project.
   * Throws `folder_not_empty`, `not_a_folder`, `path_too_long`, `project_unwritable`, `disk_full`.
   */
  create(folder: string, name?: string): Promise<OpenProject>;
  /**
   * Creates a project in a new folder of `parent`, named after the project without characters that file systems reject.
   */
  createIn(parent: string, name: string): Promise<OpenProject>;
  /** Throws `not_a_project`, and the errors of `openProjectStore`. */
  open(folder: string): Promise<OpenProject>;
  /** Opens a recent project by its id. Throws `project_unknown`, `project_missing`. */
  reopen(id: string): Promise<OpenProject>;
  /** Most recent first; projects with a missing folder are marked. */
  list(): Promise<ProjectSummary[]>;
  /** Removes a project from the list and closes it; its folder is not touched. */
  forget(id: string): Promise<void>;
  /** An open project. Throws `project_not_open`. */
  get(id: string): OpenProject;
  summary(id: string): Promise<ProjectSummary>;
  close(id: string): void;
  /** Deletes scratch files that a killed Fovea left in listed projects, open or not. */
  sweep(): Promise<void>;
  closeAll(): void;
}

/** Files of operating systems in folders that look empty. */
const SYSTEM_FILES = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', '.directory']);

export function createProjects(options: {
  readonly userDataFolder: string;
  readonly events: Events;
  /** Called before a project's database is closed, to release other connections to it. */
  readonly onClose?: () => void;
}): Projects {
  const recent = createRecentProjects(options.userDataFolder);
  const open = new Map<string, OpenProject>();

  const find = (id: string): OpenProject => {
    const project = open.get(id);
    if (project === undefined) {
      throw new FoveaError('project_not_open', 'This project is not open.', { hint: 'Open it from the project list.' });
    }
    return project;
  };

  const openFolder = async (given: string): Promise<OpenProject> => {
    const path = resolve(given);
    const info = await stat(path).catch(() => null);
    if (info === null) {
      throw new FoveaError('not_a_project', `There is no folder “${basename(path)}”.`, {
        hint: 'Check the name, or create a new project there.',
      });
    }
    const folder = await realpath(path);
    if (!info.isDirectory() || !existsSync(databasePath(folder))) {
      throw new FoveaError('not_a_project', `“${basename(path)}” is not a Fovea project.`, {
        hint: 'Choose the folder that contains project.sqlite, or create a new project.',
      });
    }
    for (const project of open.values()) if (project.folder === folder) return project;
    return adopt(folder, openProjectStore(databasePath(folder)));
  };

  const adopt = async (folder: string, store: ProjectStore): Promise<OpenProject> => {
    const name = getMeta(store, 'name') ?? basename(folder);
    const entry = await recent.remember({ folder, name, ...figures(store) });
    const project: OpenProject = { id: entry.id, folder, name, store };
    open.set(project.id, project);
    await sweepProject(folder);
    return project;
  };

  const create = async (given: string, name?: string): Promise<OpenProject> => {
    const path = resolve(given);
    if (!isPathForSqlite(databasePath(path))) throw pathTooLong();
    if (existsSync(databasePath(path))) return openFolder(path);
    const made = await prepareFolder(path);
    const folder = await realpath(path);
    try {
      return await adopt(folder, await makeStore(folder, (name ?? basename(folder)).trim()));
    } catch (error) {
      await removeUnfinished(folder, made);
      throw toStoreError(error);
    }
  };

  const summary = async (id: string): Promise<ProjectSummary> => {
    const project = find(id);
    const listed = (await recent.list()).find((one) => one.id === id);
    return {
      id,
      name: project.name,
      folder: project.folder,
      openedAt: listed?.openedAt ?? new Date().toISOString(),
      ...figures(project.store),
      available: true,
      readOnly: project.store.isReadOnly,
    };
  };

  const close = (id: string) => {
    const project = open.get(id);
    if (project === undefined) return;
    open.delete(id);
    options.onClose?.();
    project.store.close();
  };

  return {
    create,
    createIn: (parent, name) => create(join(parent, folderName(name)), name),
    open: openFolder,
    async reopen(id) {
      const present = open.get(id);
      if (present !== undefined && existsSync(databasePath(present.folder))) return openFolder(present.folder);
      const entry = (await recent.list()).find((one) => one.id === id);
      return openFolder(requireAvailable(entry).folder);
    },
    list: async () =>
      (await recent.list()).map((entry) => {
        const project = open.get(entry.id);
        const available = existsSync(databasePath(entry.folder));
        const readOnly = project?.store.isReadOnly ?? false;
        return {
          ...entry,
          ...(project === undefined || !available ? {} : figures(project.store)),
          available,
          readOnly,
        };
      }),
    async forget(id) {
      close(id);
      await recent.forget(id);
    },
    get: find,
    summary,
    close,
    async sweep() {
      for (const { folder } of await recent.list()) await sweepProject(folder);
    },
    closeAll() {
      for (const id of [...open.keys()]) close(id);
    },
  };
}

/** Creates the database and folders of a new project. */
async function makeStore(folder: string, name: string): Promise<ProjectStore> {
  const store = createProjectStore(databasePath(folder));
  try {
    setMeta(store, 'name', name);
    setMeta(store, 'created_at', new Date().toISOString());
    await Promise.all([cacheFolder(folder), runsFolder(folder), exportsFolder(folder)].map((one) => makeFolders(one)));
  } catch (error) {
    store.close();
    throw error;
  }
  return store;
}

/** Deletes the remains of a project that could not be created. `made`: its folder did not exist before. */
async function removeUnfinished(folder: string, made: boolean): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    await rm(databasePath(folder) + suffix, { force: true }).catch(() => {});
  }
  if (made) await rm(folder, { recursive: true, force: true }).catch(() => {});
}

/** Throws `project_unknown`, `project_missing`. */
function requireAvailable<Entry extends { readonly folder: string; readonly name: string }>(
  entry: Entry | undefined,
): Entry {
  if (entry === undefined) {
    throw new FoveaError('project_unknown', 'This project is no longer in the list.', { hint: 'Open its folder.' });
  }
  if (existsSync(databasePath(entry.folder))) return entry;
  throw new FoveaError('project_missing', `The folder of “${entry.name}” was not found.`, {
    hint: 'Connect its disk, or open the folder at its new location.',
  });
}

function figures(store: ProjectStore): { images: number; classes: string[]; runs: number } {
  const used = usedClasses(store);
  return {
    images: imageCount(store),
    classes: classesByName(store)
      .filter((one) => used.has(one.id))
      .map((one) => one.name),
    runs: store.column<number>('SELECT count(*) FROM runs')[0] ?? 0,
  };
}

/** Deletes scratch files that a killed Fovea left in a project. */
async function sweepProject(folder: string): Promise<void> {
  await sweepScratch(predictionsFolder(folder), 'job');
  await sweepScratch(unpackingFolder(folder), 'import');
  await sweepScratch(exportsFolder(folder), INCOMING);
}

/** Creates the folder if it is missing; returns whether it did. */
async function prepareFolder(path: string): Promise<boolean> {
  try {
    const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (info === null) {
      await makeFolders(path);
      return true;
    }
    if (!info.isDirectory()) {
      throw new FoveaError('not_a_folder', `“${basename(path)}” is a file.`, { hint: 'Choose a folder.' });
    }
    const names = (await readdir(path)).filter((name) => !SYSTEM_FILES.has(name));
    if (names.length > 0) {
      throw new FoveaError('folder_not_empty', `The folder “${basename(path)}” is neither empty nor a Fovea project.`, {
        hint: 'Choose an empty folder or a new name, so that your files and the project stay separate.',
      });
    }
    return false;
  } catch (error) {
    throw toStoreError(error);
  }
}

/** A folder name that Windows, macOS and Linux all accept. */
export function folderName(name: string): string {
  const cleaned = name
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removes control characters
    .replace(/[<>:"/\\|?*\u0000-\u001f\u007f]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 100)
    .replace(/[. ]+$/, '');
  if (cleaned === '' || /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i.test(cleaned)) return `project ${cleaned}`.trim();
  return cleaned;
}
