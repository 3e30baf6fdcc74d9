import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BackboneSummary } from '#shared/models/backbone';
import { openBackboneFolder } from '../../engine-host/models/backbone-folder';
import { inputOf } from '../../engine-host/models/network-input';
import { type CatalogueEntry, shapeOf } from './backbone-catalogue';
import type { StoredBackbone } from './backbone-store';
import { fileSize, readModelCard } from './model-card';

/**
 * The folder of weights that come with Fovea: beside the archive of the packaged app, because its files are opened by
 * path, or `backbones` in a checkout's resources.
 */
export function includedFolder(resourcesFolder: string): string {
  const app = dirname(resourcesFolder);
  return basename(app) === 'app.asar' ? join(dirname(app), 'backbones') : join(resourcesFolder, 'backbones');
}

/** `facebook--dinov2-small` is the folder of `facebook/dinov2-small`, as in the hub's own cache. */
export const includedName = (folder: string): string => folder.replace('--', '/');

/**
 * Lists the checkpoints that came with Fovea: each a Hugging Face folder with its licence or model card. Reads their
 * headers, not their numbers. A folder that cannot be used is left out; `onFailure` learns why.
 */
export async function readIncluded(
  folder: string,
  catalogue: readonly CatalogueEntry[],
  onFailure: (what: string, error: unknown) => void,
): Promise<StoredBackbone[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: StoredBackbone[] = [];
  for (const entry of entries.filter((one) => one.isDirectory()).sort((a, b) => a.name.localeCompare(b.name))) {
    const path = join(folder, entry.name);
    try {
      found.push({ folder: path, summary: await summarise(path, includedName(entry.name), catalogue) });
    } catch (error) {
      onFailure(`included backbone ${entry.name}`, error);
    }
  }
  return found;
}

async function summarise(folder: string, name: string, catalogue: readonly CatalogueEntry[]): Promise<BackboneSummary> {
  const opened = await openBackboneFolder(folder);
  await opened.close();
  const { config, files, hasHead } = opened;
  const input = inputOf(opened);
  const card = await readModelCard(folder, await readdir(folder));
  const known = catalogue.find((entry) => entry.name === name);
  const sizes = await Promise.all([...files, ...card.documents].map((file) => fileSize(join(folder, file))));
  return {
    name,
    source: 'included',
    pretrained: true,
    ...shapeOf(hasHead ? config : { ...config, classes: [] }),
    imageSize: input.preparation.height,
    downloadBytes: null,
    diskBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    installed: true,
    licence: card.licence ?? known?.licence ?? null,
    terms: known?.terms ?? null,
    training: known?.training ?? null,
    gated: false,
    page: null,
    documents: [...card.documents],
    description: card.summary ?? known?.description ?? 'Came with Fovea.',
    knownAs: known?.name ?? null,
    notes: [...opened.notes, ...input.notes],
  };
}
