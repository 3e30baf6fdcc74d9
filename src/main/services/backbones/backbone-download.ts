import { mkdir, open, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '#shared/ipc/errors';
import { explainWriteError } from '../../engine-host/core/file-errors';
import { processorFiles } from '../../engine-host/models/image-processor';
import { hashFile } from '../../engine-host/models/tensor-files';
import { fileSize, isDocument, MAX_DOCUMENT_BYTES } from './model-card';

export const HUB_URL = 'https://huggingface.co';

interface Checkpoint {
  /** `owner/name` */
  readonly name: string;
  /** What to do if it cannot be downloaded. */
  readonly hint: string;
}

export interface DownloadOptions extends Checkpoint {
  readonly hubUrl: string;
  /** Branch, commit or pull request. */
  readonly revision: string;
  /** Target folder; files that are already there are reused. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  /** In bytes, over all files. */
  onProgress(done: number, total: number): void;
}

/** The hub's response to `GET /api/models/NAME?blobs=true`: the commit, and the size and hash of each file. */
const modelSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().int().min(0).optional(),
      lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.number().int().min(0) }).nullish(),
    }),
  ),
});

interface RemoteFile {
  readonly file: string;
  readonly bytes: number;
  /** Known for files in the hub's large file storage: the weights. */
  readonly sha256: string | null;
}

/** Bytes of one file at most. */
const MAX_BYTES = 20 * 2 ** 30;
const ATTEMPTS = 3;
/** A connection silent for this long is given up. */
const SILENCE_MILLISECONDS = 60_000;

const failed = ({ name, hint }: Checkpoint, reason: string, cause?: unknown) =>
  new FoveaError('download_failed', `"${name}" could not be downloaded: ${reason}.`, {
    hint: `Try again to continue where it stopped, or copy it by hand. ${hint}`,
    cause,
  });

const refused = ({ name, hint }: Checkpoint, status: number) =>
  status === 401 || status === 403
    ? new FoveaError('download_gated', `The server gives "${name}" only to people who have accepted its terms.`, {
        hint,
      })
    : new FoveaError('download_refused', `"${name}" could not be downloaded: the server returned status ${status}.`, {
        hint,
      });

/** Sends a request. Throws `offline` if the host cannot be reached. */
async function request(url: string, { hint }: Checkpoint, headers: Record<string, string>, signal: AbortSignal) {
  try {
    return await fetch(url, { headers, signal, redirect: 'follow' });
  } catch (error) {
    signal.throwIfAborted();
    throw new FoveaError('offline', `This computer cannot reach ${new URL(url).host}.`, {
      hint,
      cause: error,
    });
  }
}

async function listFiles(options: DownloadOptions, signal: AbortSignal): Promise<{ sha: string; files: RemoteFile[] }> {
  const { hubUrl, name } = options;
  const revision = encodeURIComponent(options.revision);
  const response = await request(`${hubUrl}/api/models/${name}/revision/${revision}?blobs=true`, options, {}, signal);
  if (!response.ok) throw refused(options, response.status);
  const parsed = modelSchema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw failed(options, 'the server did not list its files');
  const { sha, siblings } = parsed.data;
  const names = siblings.map(({ rfilename }) => rfilename);
  const sharded = names.includes('model.safetensors.index.json') && !names.includes('model.safetensors');
  const wanted = (file: string) =>
    file === 'config.json' ||
    processorFiles.includes(file) ||
    (sharded
      ? file === 'model.safetensors.index.json' || /^model-\d+-of-\d+\.safetensors$/.test(file)
      : file === 'model.safetensors');
  if (!names.includes('config.json') || !(sharded || names.includes('model.safetensors'))) {
    throw new FoveaError('backbone_pickle', `"${name}" has no safetensors weights on the hub.`, {
      hint: 'Convert it with transformers (save_pretrained) on another computer and import the folder.',
    });
  }
  const files = siblings
    .map(({ rfilename, size, lfs }) => ({
      file: rfilename,
      bytes: lfs?.size ?? size ?? Number.NaN,
      sha256: lfs?.sha256 ?? null,
    }))
    .filter(({ file, bytes }) => wanted(file) || (isDocument(file) && bytes <= MAX_DOCUMENT_BYTES));
  if (files.some(({ bytes }) => !(bytes >= 0 && bytes <= MAX_BYTES))) {
    throw failed(options, 'the server reports no valid size');
  }
  return { sha, files };
}

/** Opens one connection and appends the missing bytes to `partial`. Returns when the server ends the response. */
async function receive(
  url: string,
  checkpoint: Checkpoint,
  partial: string,
  remote: RemoteFile,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const have = await fileSize(partial);
  if (have === remote.bytes) return;
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), SILENCE_MILLISECONDS);
  try {
    const response = await request(url, checkpoint, have > 0 ? { range: `bytes=${have}-` } : {}, either);
    if (response.status === 416) {
      await rm(partial, { force: true });
      throw failed(checkpoint, 'the file on the server has changed');
    }
    if (!response.ok || response.body === null) throw refused(checkpoint, response.status);
    // A server without support for ranges sends the whole file again.
    const from = response.status === 206 ? have : 0;
    const file = await open(partial, from > 0 ? 'a' : 'w');
    try {
      let bytes = from;
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MILLISECONDS);
        bytes += chunk.byteLength;
        if (bytes > remote.bytes) throw failed(checkpoint, `${remote.file} is longer than the server reported`);
        for (let at = 0; at < chunk.byteLength; ) at += (await file.write(chunk, at)).bytesWritten;
        onBytes(bytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (silence.signal.aborted) throw failed(checkpoint, 'the server stopped responding', error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function fetchFile(
  options: DownloadOptions,
  sha: string,
  remote: RemoteFile,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { name, hubUrl, folder } = options;
  const whole = join(folder, remote.file);
  if ((await fileSize(whole)) === remote.bytes) return;
  const partial = `${whole}.part`;
  for (let attempt = 1; ; attempt++) {
    try {
      await receive(`${hubUrl}/${name}/resolve/${sha}/${remote.file}`, options, partial, remote, signal, onBytes);
      if ((await fileSize(partial)) === remote.bytes) break;
      throw failed(options, 'the connection was interrupted');
    } catch (error) {
      signal.throwIfAborted();
      if (!isTransient(error) || attempt === ATTEMPTS)
        throw error instanceof TypeError ? failed(options, 'the connection was interrupted', error) : error;
    }
  }
  if (remote.sha256 !== null && (await hashFile(partial)) !== remote.sha256) {
    await rm(partial, { force: true });
    throw new FoveaError('download_damaged', `${remote.file} of "${name}" arrived damaged and was deleted.`, {
      hint: 'Try again. If this happens again, something on the network is modifying the file.',
    });
  }
  await rename(partial, whole);
}

/** Whether to retry: yes for an interrupted connection; no for a refusal, a full disk or a missing network. */
const isTransient = (error: unknown): boolean =>
  (error instanceof FoveaError && error.code === 'download_failed') || error instanceof TypeError;

/**
 * Downloads a checkpoint's config.json, image processor files and safetensors from one commit on the Hugging Face hub.
 * Continues where an earlier attempt stopped (HTTP ranges), and checks the size of every file and the SHA-256 of the
 * weights.
 *
 * @throws FoveaError `offline`, `download_failed`, `download_damaged`, `backbone_pickle`, `disk_full`, `cancelled`
 */
export async function downloadCheckpoint(options: DownloadOptions): Promise<void> {
  const signal = options.signal ?? new AbortController().signal;
  try {
    const { sha, files } = await listFiles(options, signal);
    // Files of another commit cannot be reused.
    const folder = options.folder;
    await mkdir(folder, { recursive: true });
    await keepOnlyCommit(folder, sha);
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    await checkFreeSpace(folder, total);
    let before = 0;
    for (const remote of files) {
      await fetchFile(options, sha, remote, signal, (bytes) => options.onProgress(before + bytes, total));
      before += remote.bytes;
      options.onProgress(before, total);
    }
  } catch (error) {
    if (signal.aborted) throw new FoveaError('cancelled', 'The download was cancelled.', { cause: error });
    throw explainWriteError(error, 'the download');
  }
}

const COMMIT = '.commit';

async function keepOnlyCommit(folder: string, sha: string): Promise<void> {
  const path = join(folder, COMMIT);
  if ((await readFile(path, 'utf8').catch(() => null)) === sha) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path, sha);
}

/** Checks that the files fit twice: for a moment they are both in the download folder and in the store. */
async function checkFreeSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= 2 * bytes) return;
  const missing = Math.ceil((2 * bytes - bavail * bsize) / 2 ** 20);
  throw new FoveaError('disk_full', `Not enough disk space for the backbone: ${missing} MiB more needed.`, {
    hint: 'Free some space and try again.',
  });
}
