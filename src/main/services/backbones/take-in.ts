import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type { BackboneSummary } from '#shared/models/backbone';
import { byHand } from '#shared/text/checkpoint-by-hand';
import { architectureNames } from '../../engine/vit/architectures';
import type { VitConfig } from '../../engine/vit/config';
import { catalogueSummary, recognise } from './backbone-catalogue';
import { downloadCheckpoint } from './backbone-download';
import { folderNameOf, type InstallOptions, installBackbone } from './backbone-store';
import { gatherCheckpoint } from './checkpoint-source';
import type { LocalBackbones } from './local-backbones';

export interface TransferOptions {
  readonly signal?: AbortSignal | undefined;
  /** In bytes. */
  onProgress?(done: number, total: number): void;
  /** Called when all files are there and are being checked. */
  onChecking?(): void;
}

/** The ways in which weights come to this computer. */
export interface TakeIn {
  /** See `Backbones.importCheckpoint`. */
  importCheckpoint(paths: readonly string[], name?: string, options?: TransferOptions): Promise<BackboneSummary>;
  /** See `Backbones.fetchCheckpoint`. */
  fetchCheckpoint(name: string, options?: TransferOptions): Promise<BackboneSummary>;
}

export function createTakeIn(options: {
  readonly local: LocalBackbones;
  /** Folder of the imported backbones. */
  readonly store: string;
  readonly hubUrl: string;
  readonly inspect: InstallOptions['inspect'];
  /** Called with each new backbone. */
  readonly onTakenIn: (summary: BackboneSummary) => Promise<void>;
}): TakeIn {
  const { local, store, hubUrl, inspect, onTakenIn } = options;
  const importing = new Set<string>();

  const exclusively = async (name: string, work: () => Promise<BackboneSummary>): Promise<BackboneSummary> => {
    if (importing.has(name)) {
      throw new FoveaError('backbone_busy', `"${name}" is already being imported.`, { hint: 'Wait for it to finish.' });
    }
    importing.add(name);
    try {
      if ((await local.find(name)) !== undefined || architectureNames.includes(name)) {
        throw new FoveaError('backbone_exists', `A backbone named "${name}" already exists.`, {
          hint: 'Choose another name, or remove the old one first.',
        });
      }
      const summary = await work();
      await onTakenIn(summary);
      return summary;
    } finally {
      importing.delete(name);
    }
  };

  /** `dinov2-12x384`, with a number appended if there is one already: for single files, which have no name. */
  const freeName = async ({ family, layers, hiddenSize }: VitConfig): Promise<string> => {
    const taken = new Set((await local.all()).map(({ summary }) => summary.name));
    const wanted = `${family}-${layers}x${hiddenSize}`;
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted}-${number}`;
      if (!taken.has(name)) return name;
    }
  };

  return {
    async importCheckpoint(paths, given, { signal, onProgress, onChecking } = {}) {
      const transfer = { signal, ...(onProgress === undefined ? {} : { onProgress }) };
      const source = await gatherCheckpoint(
        paths.map((path) => resolve(path)),
        store,
        transfer,
      );
      try {
        onChecking?.();
        const inspected = await inspect(source.folder, signal);
        const known = recognise(await local.catalogue(), given ?? source.name ?? '', inspected.config);
        const name = (given ?? source.name ?? (await freeName(inspected.config))).trim();
        return await exclusively(name, () =>
          installBackbone({ inspect, store, source: source.folder, name, inspected, known, ...transfer }),
        );
      } finally {
        await source.dispose();
      }
    },

    async fetchCheckpoint(name, { signal, onProgress, onChecking } = {}) {
      const known = (await local.catalogue()).find((one) => one.name === name);
      if (known === undefined) {
        throw new FoveaError('backbone_unknown', `"${name}" is not in the catalogue.`, {
          hint: 'Download its folder from the Hugging Face hub and import it.',
        });
      }
      return exclusively(name, async () => {
        const source = join(store, '.downloads', folderNameOf(name));
        await downloadCheckpoint({
          hubUrl,
          name,
          revision: known.revision,
          hint: byHand(catalogueSummary(known)),
          folder: source,
          ...(signal === undefined ? {} : { signal }),
          onProgress: (done, total) => onProgress?.(done, total),
        });
        onChecking?.();
        const inspected = await inspect(source, signal);
        const summary = await installBackbone({ inspect, store, source, name, inspected, known, signal });
        await rm(source, { recursive: true, force: true });
        return summary;
      });
    },
  };
}
