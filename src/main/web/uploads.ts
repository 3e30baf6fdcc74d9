import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { FoveaError } from '#shared/ipc/errors';
import type { Grant } from '#shared/ipc/preload';
import { makeTemporary } from '../process/scratch';

export interface UploadLimits {
  readonly fileBytes: number;
  /** Sum over all uploads to this process. */
  readonly totalBytes: number;
  readonly files: number;
}

const GiB = 2 ** 30;
const DEFAULT_LIMITS: UploadLimits = { fileBytes: 4 * GiB, totalBytes: 64 * GiB, files: 200_000 };

/** Files dropped in a browser tab, kept in a temporary folder while this process runs. */
export interface Uploads {
  begin(): Promise<string>;
  /** `path` is relative and separated by `/`; the body is streamed to disk. */
  add(session: string, path: string, body: ReadableStream<Uint8Array> | null): Promise<void>;
  /** One grant per top-level file or folder. */
  finish(session: string): Promise<readonly Grant[]>;
  /** Removes all uploaded files. */
  dispose(): Promise<void>;
}

/** `grantPath` turns an absolute path into a grant. */
export function createUploads(
  grantPath: (path: string) => Promise<Grant> | Grant,
  limits: UploadLimits = DEFAULT_LIMITS,
): Uploads {
  const sessions = new Map<string, string>();
  let root: Promise<string> | undefined;
  let bytes = 0;
  let files = 0;

  const folderOf = (session: string) => {
    const folder = sessions.get(session);
    if (folder === undefined) {
      throw new FoveaError('not_found', 'This upload is not open.', { hint: 'Drop the files again.' });
    }
    return folder;
  };

  return {
    async begin() {
      root ??= makeTemporary('fovea-upload');
      const session = randomUUID();
      const folder = join(await root, session);
      await mkdir(folder);
      sessions.set(session, folder);
      return session;
    },

    async add(session, path, body) {
      const file = join(folderOf(session), ...safeSegments(path));
      files += 1;
      if (files > limits.files) throw limitExceeded('more files than the upload limit');
      let fileBytes = 0;
      const count = new Transform({
        transform(chunk: Uint8Array, _encoding, done) {
          fileBytes += chunk.length;
          bytes += chunk.length;
          if (fileBytes > limits.fileBytes) done(limitExceeded('a file larger than the upload limit'));
          else if (bytes > limits.totalBytes) done(limitExceeded('more data than the upload limit'));
          else done(null, chunk);
        },
      });
      try {
        await mkdir(dirname(file), { recursive: true });
        // `wx` refuses a name that was uploaded before instead of overwriting the file.
        const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
        await pipeline(body ?? emptyBody(), count, target);
      } catch (error) {
        bytes -= fileBytes;
        if (hasCode(error, 'EEXIST', 'ENOTDIR')) throw duplicateUpload(error);
        await rm(file, { force: true });
        throw hasCode(error, 'ENOSPC', 'EDQUOT')
          ? diskFull(error)
          : hasCode(error, ...REFUSED_NAMES)
            ? invalidName(error)
            : error;
      }
    },

    async finish(session) {
      const folder = folderOf(session);
      sessions.delete(session);
      const names = (await readdir(folder)).sort();
      return Promise.all(names.map((name) => grantPath(join(folder, name))));
    },

    async dispose() {
      if (root !== undefined) await rm(await root, { recursive: true, force: true });
    },
  };
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** Error codes of file systems for unsupported names; Windows uses ENOENT and EINVAL. */
const REFUSED_NAMES = ['ENAMETOOLONG', 'EILSEQ', 'EINVAL', 'ENOENT'];

const duplicateUpload = (cause: unknown) =>
  new FoveaError('bad_request', 'A file was uploaded twice, or the same name is both a file and a folder.', {
    hint: 'Drop the files again.',
    cause,
  });

const diskFull = (cause: unknown) =>
  new FoveaError('disk_full', 'Not enough disk space for the dropped files.', {
    hint: 'Free some space on the computer that runs Fovea, or choose the folder there, so that it needs no upload.',
    cause,
  });

const invalidName = (cause?: unknown) =>
  new FoveaError('bad_request', 'A dropped file has an unsupported name.', {
    hint: 'Rename the file, or choose the folder on the computer that runs Fovea.',
    cause,
  });

const limitExceeded = (what: string) =>
  new FoveaError('too_large', `The drop contains ${what}.`, {
    hint: 'Choose the folder on the computer that runs Fovea instead, so that it needs no upload.',
  });

const MAX_DEPTH = 64;
const MAX_PATH_LENGTH = 4_000;

/** Splits a relative path into segments. Throws unless it stays below its root on any file system. */
function safeSegments(path: string): readonly string[] {
  const segments = path.split('/');
  const isSafe = (segment: string) =>
    segment !== '' &&
    segment !== '.' &&
    segment !== '..' &&
    !/[\\\0]/.test(segment) &&
    Buffer.byteLength(segment) <= 255;
  if (segments.length > MAX_DEPTH || path.length > MAX_PATH_LENGTH) {
    throw new FoveaError(
      'path_too_long',
      `A dropped file is nested more than ${MAX_DEPTH} folders deep, or its path is too long.`,
      {
        hint: 'Choose the folder on the computer that runs Fovea, so that it needs no upload.',
      },
    );
  }
  if (segments.every(isSafe)) return segments;
  throw invalidName();
}
