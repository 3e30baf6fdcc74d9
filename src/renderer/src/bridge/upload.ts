import { z } from 'zod';
import { inParallel } from '#shared/async/in-parallel';
import type { Grant } from '#shared/ipc/preload';
import type { DroppedFile } from './dropped-files';
import { post } from './post';
import type { GrantDroppedOptions } from './types';

const sessionSchema = z.object({ session: z.string() });
const grantsSchema = z.object({ grants: z.array(z.object({ grant: z.string(), name: z.string() })) });

/** Two at a time keep the socket busy while the next file is opened; more only compete for the same disk. */
const PARALLEL = 2;

/**
 * Uploads files to web mode's server, which keeps them, with their relative paths, while it runs. Returns one grant per
 * top-level file or folder of the drop.
 */
export async function uploadFiles(
  files: readonly DroppedFile[],
  options: GrantDroppedOptions,
): Promise<readonly Grant[]> {
  if (files.length === 0) return [];
  const signal = options.signal ?? null;
  const { session } = sessionSchema.parse(await postAnswer('/api/uploads', null, signal));
  const total = files.reduce((bytes, { file }) => bytes + file.size, 0);
  let done = 0;
  let sent = 0;
  await inParallel(files, PARALLEL, async ({ path, file }) => {
    await postAnswer(`/api/uploads/${session}/file?path=${encodeURIComponent(path)}`, file, signal);
    done += file.size;
    sent += 1;
    options.onProgress?.({ done, total, files: sent });
  });
  return grantsSchema.parse(await postAnswer(`/api/uploads/${session}/finish`, null, signal)).grants;
}

const postAnswer = (url: string, body: File | null, signal: AbortSignal | null): Promise<unknown> =>
  post(url, { headers: { 'content-type': 'application/octet-stream' }, body, signal });
