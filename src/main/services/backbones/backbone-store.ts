import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline as pipeStreams } from 'node:stream/promises';
import { z } from 'zod';
import { FoveaError } from '#shared/ipc/errors';
import { type BackboneSummary, backboneSummarySchema } from '#shared/models/backbone';
import { explainWriteError, isMissing } from '../../engine-host/core/file-errors';
import type { BackboneInspection } from '../../engine-host/core/protocol';
import { readInputSize } from '../../engine-host/models/network-input';
import { openRegularFile } from '../../engine-host/models/regular-file';
import { INCOMING, makeScratch } from '../../process/scratch';
import { type CatalogueEntry, shapeOf } from './backbone-catalogue';
import { readModelCard } from './model-card';

const MANIFEST = 'fovea-backbone.json';

const manifestSchema = z.object({
  version: z.literal(1),
  summary: backboneSummarySchema,
  /** SHA-256 of each file when it was installed. */
  files: z.record(z.string(), z.string()),
  takenInAt: z.string(),
});

export interface StoredBackbone {
  readonly folder: string;
  readonly summary: BackboneSummary;
}

/** A folder name that is safe on every system. A hash separates names that differ only in replaced characters. */
export function folderNameOf(name: string): string {
  const slug = name.replace(/[^A-Za-z0-9._-]+/g, '--').slice(0, 60);
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `m-${slug}-${hash}`;
}

/** All complete backbones of the store, by name. Half-written ones are left out. */
export async function readStore(folder: string): Promise<StoredBackbone[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const found: StoredBackbone[] = [];
  for (const name of names.filter((entry) => entry.startsWith('m-'))) {
    const path = join(folder, name);
    const text = await readFile(join(path, MANIFEST), 'utf8').catch(() => null);
    if (text === null) continue;
    const parsed = manifestSchema.safeParse(parseJson(text));
    if (!parsed.success) continue;
    const { summary } = parsed.data;
    // Manifests of earlier versions have the size of the position grid.
    const imageSize = await readInputSize(path).catch(() => summary.imageSize);
    found.push({ folder: path, summary: { ...summary, imageSize } });
  }
  return found.sort((a, b) => a.summary.name.localeCompare(b.summary.name));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export interface InstallOptions {
  readonly store: string;
  readonly source: string;
  readonly name: string;
  /** Of `source`. */
  readonly inspected: BackboneInspection;
  /** The catalogue's entry for these weights; without one, the folder's own documents tell what is known. */
  readonly known: CatalogueEntry | null;
  /** Checks the whole folder, in another process. */
  inspect(folder: string, signal: AbortSignal | undefined): Promise<BackboneInspection>;
  readonly signal?: AbortSignal | undefined;
  onProgress?(done: number, total: number): void;
}

/**
 * Copies an inspected checkpoint folder into the store: to a temporary name first, flushed, inspected again, then
 * renamed, so the store never has half a backbone.
 *
 * @throws FoveaError `disk_full`, `cancelled`, and the errors of `inspect`
 */
export async function installBackbone(options: InstallOptions): Promise<BackboneSummary> {
  const { store, source, name, known, signal } = options;
  const card = await readModelCard(source, await readdir(source));
  const names = [...options.inspected.files, ...card.documents];
  let temporary: string | null = null;
  try {
    await mkdir(store, { recursive: true });
    temporary = await makeScratch(store, INCOMING, 0o777);
    const sizes = await Promise.all(names.map(async (file) => (await stat(join(source, file))).size));
    const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
    let before = 0;
    const files: Record<string, string> = {};
    for (const [index, file] of names.entries()) {
      files[file] = await copyAndHash(join(source, file), join(temporary, file), signal, (bytes) =>
        options.onProgress?.(before + bytes, total),
      );
      before += sizes[index] as number;
    }
    // Runs will train on the copy, so the copy is checked too: the source may have changed meanwhile.
    const copied = await options.inspect(temporary, signal);
    const summary: BackboneSummary = {
      name,
      source: 'imported',
      pretrained: true,
      ...shapeOf(copied.config),
      imageSize: copied.inputSize,
      downloadBytes: null,
      diskBytes: total,
      installed: true,
      licence: known?.licence ?? card.licence,
      terms: known?.terms ?? null,
      training: known?.training ?? null,
      gated: false,
      page: null,
      documents: [...card.documents],
      description: known?.description ?? card.summary ?? 'Imported from a folder.',
      knownAs: known?.name ?? null,
      notes: [...copied.notes],
    };
    const manifest = { version: 1, summary, files, takenInAt: new Date().toISOString() };
    await writeFlushed(join(temporary, MANIFEST), JSON.stringify(manifest, null, 2));
    await rename(temporary, join(store, folderNameOf(name)));
    return summary;
  } catch (error) {
    if (temporary !== null) await rm(temporary, { recursive: true, force: true }).catch(() => {});
    if (signal?.aborted) throw new FoveaError('cancelled', 'The import was cancelled.', { cause: error });
    throw explainWriteError(error, 'the backbone');
  }
}

async function copyAndHash(
  from: string,
  to: string,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  const source = await openRegularFile(from, basename(from));
  await pipeStreams(
    source.createReadStream({ highWaterMark: 2 ** 20 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        onBytes(bytes);
        yield chunk;
      }
    },
    createWriteStream(to, { flags: 'wx', flush: true }),
    signal === undefined ? {} : { signal },
  );
  return hash.digest('hex');
}

async function writeFlushed(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
