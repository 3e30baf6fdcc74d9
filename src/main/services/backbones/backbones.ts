import { rm, stat } from 'node:fs/promises';
import { basename, join, resolve as resolvePath } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type { BackboneSummary } from '#shared/models/backbone';
import { architectureNames } from '../../engine/vit/architectures';
import type { BackboneSource } from '../../engine-host/core/protocol';
import type { Jobs, Started } from '../core/jobs';
import { architectureSummaries, type CatalogueEntry, catalogueSummary, readCatalogue } from './backbone-catalogue';
import { downloadCheckpoint, HUB_URL } from './backbone-download';
import { folderNameOf, type InstallOptions, installBackbone, readStore } from './backbone-store';

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** In bytes. */
  onProgress?(done: number, total: number): void;
}

/** The backbones that a run can start from. */
export interface Backbones {
  /** Architectures, then imported backbones, then catalogue entries not on this computer. */
  list(): Promise<BackboneSummary[]>;
  /** Checks a whole Hugging Face folder, then copies it. `name` defaults to the folder's name. */
  importFolder(folder: string, name?: string): Promise<BackboneSummary>;
  remove(name: string): Promise<void>;
  /** Resolves the name of an architecture or an installed backbone, or a folder. */
  resolve(nameOrFolder: string): Promise<BackboneSource>;
  /** Downloads and installs a checkpoint of the catalogue. Continues a partial download. */
  fetchCheckpoint(name: string, options?: FetchOptions): Promise<BackboneSummary>;
  /** `fetchCheckpoint` as a job. */
  download(name: string): Started<'backbones.download'>;
}

export interface BackbonesOptions {
  /** Folder of the imported backbones. */
  readonly folder: string;
  readonly resourcesFolder: string;
  readonly jobs: Jobs;
  readonly inspect: InstallOptions['inspect'];
  /** Address of the Hugging Face hub or a mirror. Default: `HF_ENDPOINT`, then huggingface.co. */
  readonly hubUrl?: string;
}

export function createBackbones(options: BackbonesOptions): Backbones {
  const { folder, resourcesFolder, jobs, inspect } = options;
  const hubUrl = options.hubUrl ?? (process.env['HF_ENDPOINT'] || HUB_URL);
  const importing = new Set<string>();

  const inCatalogue = async (name: string): Promise<CatalogueEntry | undefined> =>
    (await readCatalogue(resourcesFolder)).find((entry) => entry.name === name);
  const inStore = async (name: string) => (await readStore(folder)).find(({ summary }) => summary.name === name);

  const exclusively = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    if (importing.has(name)) {
      throw new FoveaError('backbone_busy', `"${name}" is already being imported.`, { hint: 'Wait for it to finish.' });
    }
    importing.add(name);
    try {
      if ((await inStore(name)) !== undefined || architectureNames.includes(name)) {
        throw new FoveaError('backbone_exists', `A backbone named "${name}" already exists.`, {
          hint: 'Choose another name, or remove the old one first.',
        });
      }
      return await work();
    } finally {
      importing.delete(name);
    }
  };

  const fetchCheckpoint: Backbones['fetchCheckpoint'] = async (name, { signal, onProgress } = {}) => {
    const entry = await inCatalogue(name);
    if (entry === undefined) {
      throw new FoveaError('backbone_unknown', `"${name}" is not in the catalogue.`, {
        hint: 'Download its folder from the Hugging Face hub and import it.',
      });
    }
    return exclusively(name, async () => {
      const partial = join(folder, '.downloads', folderNameOf(name));
      await downloadCheckpoint({
        hubUrl,
        name,
        folder: partial,
        ...(signal === undefined ? {} : { signal }),
        onProgress: (done, total) => onProgress?.(done, total),
      });
      const { licence, description } = entry;
      const summary = await installBackbone({
        inspect,
        store: folder,
        source: partial,
        name,
        licence,
        description,
        ...(signal ? { signal } : {}),
      });
      await rm(partial, { recursive: true, force: true });
      return summary;
    });
  };

  return {
    async list() {
      const stored = (await readStore(folder)).map(({ summary }) => summary);
      const known = (await readCatalogue(resourcesFolder)).map(catalogueSummary);
      const installed = new Set(stored.map(({ name }) => name));
      return [...architectureSummaries(), ...stored, ...known.filter(({ name }) => !installed.has(name))];
    },

    async importFolder(source, given) {
      const path = resolvePath(source);
      const name = (given ?? basename(path)).trim();
      const entry = await inCatalogue(name);
      return exclusively(name, () =>
        installBackbone({
          inspect,
          store: folder,
          source: path,
          name,
          licence: entry?.licence ?? null,
          description: entry?.description ?? 'Imported from a folder.',
        }),
      );
    },

    async remove(name) {
      const stored = await inStore(name);
      if (stored === undefined) {
        throw new FoveaError('backbone_unknown', `There is no imported backbone named "${name}".`);
      }
      await rm(stored.folder, { recursive: true, force: true });
    },

    async resolve(nameOrFolder) {
      if (architectureNames.includes(nameOrFolder)) return { kind: 'architecture', name: nameOrFolder };
      const stored = await inStore(nameOrFolder);
      if (stored !== undefined) return { kind: 'folder', folder: stored.folder };
      const path = resolvePath(nameOrFolder);
      const isFolder = await stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (isFolder) return { kind: 'folder', folder: path };
      if ((await inCatalogue(nameOrFolder)) !== undefined) {
        throw new FoveaError('backbone_not_installed', `"${nameOrFolder}" is not on this computer yet.`, {
          hint: byHand(nameOrFolder),
        });
      }
      throw new FoveaError('backbone_unknown', `There is no backbone named "${nameOrFolder}".`, {
        hint: 'Choose one from the list, or give the folder of a Hugging Face model.',
      });
    },

    fetchCheckpoint,
    download: (name) =>
      jobs.start('backbones.download', {}, ({ signal, progress }) =>
        fetchCheckpoint(name, { signal, onProgress: (done, total) => progress('downloading', done, total) }),
      ),
  };
}

const byHand = (name: string) =>
  `In Train, choose “Get a checkpoint” and download it, or import a copy of its folder (on the command line: fovea backbone download ${name}, or fovea backbone import FOLDER --name ${name}).`;
