import { rm, stat } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { resolve as resolvePath } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type { BackboneSummary } from '#shared/models/backbone';
import type { Recommendations } from '#shared/models/recommendation';
import { architectureNames } from '../../engine/vit/architectures';
import type { BackboneSource, MachineSpeed } from '../../engine-host/core/protocol';
import type { Jobs, Started } from '../core/jobs';
import type { SettingsService } from '../core/settings';
import { architectureSummaries, catalogueSummary, linesOf } from './backbone-catalogue';
import { HUB_URL } from './backbone-download';
import type { InstallOptions } from './backbone-store';
import { createLocalBackbones } from './local-backbones';
import { readDocument } from './model-card';
import { recommend, secondsPerThousand } from './recommend';
import { createTakeIn, type TransferOptions } from './take-in';

/** The backbones that a run can start from. */
export interface Backbones {
  /** Architectures, then included and imported backbones, then catalogue entries not on this computer. */
  list(): Promise<BackboneSummary[]>;
  /**
   * Checks a whole checkpoint and copies it: a Hugging Face folder, a zip archive of one, or its files. The name
   * defaults to that of the folder or archive. Afterwards it is the default of new runs.
   */
  importCheckpoint(paths: readonly string[], name?: string, options?: TransferOptions): Promise<BackboneSummary>;
  /** `importCheckpoint` as a job. */
  import(paths: readonly string[], name?: string): Started<'backbones.import'>;
  remove(name: string): Promise<void>;
  /** Resolves the name of an architecture or an installed backbone, or a folder. */
  resolve(nameOrFolder: string): Promise<BackboneSource>;
  /**
   * Downloads and installs a checkpoint of the catalogue. Continues a partial download. Afterwards it is the default of
   * new runs.
   */
  fetchCheckpoint(name: string, options?: TransferOptions): Promise<BackboneSummary>;
  /** `fetchCheckpoint` as a job. */
  download(name: string): Started<'backbones.download'>;
  /** Measures this machine once and recommends backbones for it, with the time of every backbone. */
  recommend(): Promise<Recommendations>;
  /** Measures this machine again, for `recommend`: it may have been busy. */
  measure(): Promise<void>;
  /** Makes an installed pretrained backbone the default of new runs; ignores others. */
  remember(name: string): Promise<void>;
  /** Text of one of a backbone's documents (`BackboneSummary.documents`). */
  document(name: string, file: string): Promise<string>;
}

export interface BackbonesOptions {
  /** Folder of the imported backbones. */
  readonly folder: string;
  readonly resourcesFolder: string;
  readonly jobs: Jobs;
  readonly settings: Pick<SettingsService, 'set'>;
  readonly inspect: InstallOptions['inspect'];
  measureSpeed(): Promise<MachineSpeed>;
  /** Receives the errors of included backbones that cannot be used. */
  readonly onFailure?: (what: string, error: unknown) => void;
  /** Address of the Hugging Face hub or a mirror. Default: `HF_ENDPOINT`, then huggingface.co. */
  readonly hubUrl?: string;
}

export function createBackbones(options: BackbonesOptions): Backbones {
  const { folder, resourcesFolder, jobs, settings, inspect } = options;
  const local = createLocalBackbones({
    store: folder,
    resourcesFolder,
    onFailure: options.onFailure ?? (() => {}),
  });
  /** A default that could not be saved must not undo an import or a run. */
  const setDefault = async (name: string) => {
    await settings.set({ lastBackbone: name }).catch(() => undefined);
  };
  const { importCheckpoint, fetchCheckpoint } = createTakeIn({
    local,
    store: folder,
    hubUrl: options.hubUrl ?? (process.env['HF_ENDPOINT'] || HUB_URL),
    inspect,
    onTakenIn: ({ name }) => setDefault(name),
  });
  const unknownSpeed: MachineSpeed = { device: 'cpu', gflops: null, graphicsCards: [] };
  const measureSpeed = () => options.measureSpeed().catch(() => unknownSpeed);
  let speed: Promise<MachineSpeed> | null = null;

  const list: Backbones['list'] = async () => {
    const here = (await local.all()).map(({ summary }) => summary);
    const installed = new Set(here.flatMap(({ name, knownAs }) => [name, knownAs]));
    const others = (await local.catalogue()).map(catalogueSummary).filter(({ name }) => !installed.has(name));
    return [...architectureSummaries(), ...here, ...others];
  };

  return {
    list,

    async recommend() {
      speed ??= measureSpeed();
      const { device, gflops, graphicsCards } = await speed;
      const memoryMB = Math.round(totalmem() / 2 ** 20);
      const backbones = await list();
      return {
        machine: { cores: availableParallelism(), memoryMB, graphicsCards: [...graphicsCards], device, gflops },
        recommendations: recommend(backbones, linesOf(await local.catalogue()), { gflops, memoryMB }),
        secondsPerThousand: Object.fromEntries(
          backbones.flatMap((backbone) => {
            const seconds = secondsPerThousand(backbone, gflops);
            return seconds === null ? [] : [[backbone.name, seconds]];
          }),
        ),
      };
    },

    async measure() {
      speed = measureSpeed();
      await speed;
    },

    importCheckpoint,
    import: (paths, name) =>
      jobs.start('backbones.import', {}, ({ signal, progress }) =>
        importCheckpoint(paths, name, {
          signal,
          onProgress: (done, total) => progress('copying-weights', done, total),
          onChecking: () => progress('reading-backbone', 0, null),
        }),
      ),

    async remove(name) {
      const stored = await local.find(name);
      if (stored === undefined) {
        throw new FoveaError('backbone_unknown', `There is no imported backbone named "${name}".`);
      }
      if (stored.summary.source === 'included') {
        throw new FoveaError('backbone_included', `"${name}" came with Fovea and cannot be removed.`);
      }
      await rm(stored.folder, { recursive: true, force: true });
    },

    async resolve(nameOrFolder) {
      if (architectureNames.includes(nameOrFolder)) return { kind: 'architecture', name: nameOrFolder };
      const stored = await local.find(nameOrFolder);
      if (stored !== undefined) return { kind: 'folder', folder: stored.folder };
      const path = resolvePath(nameOrFolder);
      const isFolder = await stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (isFolder) return { kind: 'folder', folder: path };
      if ((await local.catalogue()).some(({ name }) => name === nameOrFolder)) {
        throw new FoveaError('backbone_not_installed', `"${nameOrFolder}" is not on this computer yet.`, {
          hint: `Open Weights and download it, or import a copy (on the command line: fovea backbone download ${nameOrFolder}, or fovea backbone import FOLDER --name ${nameOrFolder}).`,
        });
      }
      throw new FoveaError('backbone_unknown', `There is no backbone named "${nameOrFolder}".`, {
        hint: 'Choose one from the list, or give the folder of a Hugging Face model.',
      });
    },

    fetchCheckpoint,
    download: (name) =>
      jobs.start('backbones.download', {}, ({ signal, progress }) =>
        fetchCheckpoint(name, {
          signal,
          onProgress: (done, total) => progress('downloading', done, total, name),
          onChecking: () => progress('reading-backbone', 0, null, name),
        }),
      ),

    async remember(name) {
      if ((await local.find(name)) !== undefined) await setDefault(name);
    },

    async document(name, file) {
      const stored = await local.find(name);
      if (stored === undefined || !stored.summary.documents.includes(file)) {
        throw new FoveaError('backbone_unknown', `"${name}" has no document ${file}.`);
      }
      return readDocument(stored.folder, file);
    },
  };
}
