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
  /** Of all uploads of one Fovea together. */
  readonly totalBytes: number;
  readonly files: number;
}

const GiB = 2 ** 30;
const DEFAULT_LIMITS: UploadLimits = { fileBytes: 4 * GiB, totalBytes: 64 * GiB, files: 200_000 };

/** Files that a browser tab dropped, kept in a temporary folder of this process for as long as it runs. */
export interface Uploads {
  begin(): Promise<string>;
  /** `path`: relative, `/` between parts; the body is streamed to disk. */
  add(session: string, path: string, body: ReadableStream<Uint8Array> | null): Promise<void>;
  /** One grant for each file or folder at the top. */
  finish(session: string): Promise<readonly Grant[]>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

/** `grantPath` makes a grant of an absolute path. */
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
      const file = join(folderOf(session), ...safeParts(path));
      files += 1;
      if (files > limits.files) throw tooMuch('more files than the upload limit');
      let own = 0;
      const count = new Transform({
        transform(chunk: Uint8Array, _encoding, done) {
          own += chunk.length;
          bytes += chunk.length;
          if (own > limits.fileBytes) done(tooMuch('a file larger than the upload limit'));
          else if (bytes > limits.totalBytes) done(tooMuch('more data than the upload limit'));
          else done(null, chunk);
        },
      });
      try {
        await mkdir(dirname(file), { recursive: true });
        // `wx`: a name that was sent before is refused, never overwritten.
        const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
        await pipeline(body ?? emptyBody(), count, target);
      } catch (error) {
        bytes -= own;
        if (hasCode(error, 'EEXIST', 'ENOTDIR')) throw sentTwice(error);
        await rm(file, { force: true });
        throw hasCode(error, 'ENOSPC', 'EDQUOT')
          ? noRoom(error)
          : hasCode(error, ...REFUSED_NAMES)
            ? wrongName(error)
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

/** What file systems answer to names that they do not take; Windows says ENOENT and EINVAL. */
const REFUSED_NAMES = ['ENAMETOOLONG', 'EILSEQ', 'EINVAL', 'ENOENT'];

const sentTwice = (cause: unknown) =>
  new FoveaError('bad_request', 'A file was uploaded twice, or the same name is both a file and a folder.', {
    hint: 'Drop the files again.',
    cause,
  });

const noRoom = (cause: unknown) =>
  new FoveaError('disk_full', 'Not enough disk space for the dropped files.', {
    hint: 'Free some space on the computer that runs Fovea, or choose the folder there, so that it needs no upload.',
    cause,
  });

const wrongName = (cause?: unknown) =>
  new FoveaError('bad_request', 'A dropped file has an unsupported name.', {
    hint: 'Rename the file, or choose the folder on the computer that runs Fovea.',
    cause,
  });

const tooMuch = (what: string) =>
  new FoveaError('too_large', `The drop contains ${what}.`, {
    hint: 'Choose the folder on the computer that runs Fovea instead, so that it needs no upload.',
  });

const DEEPEST = 64;
const LONGEST_PATH = 4_000;

/** The parts of a relative path that stays below its root, on any file system. */
function safeParts(path: string): readonly string[] {
  const parts = path.split('/');
  const isSafe = (part: string) =>
    part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part) && Buffer.byteLength(part) <= 255;
  if (parts.length > DEEPEST || path.length > LONGEST_PATH) {
    throw new FoveaError(
      'path_too_long',
      `A dropped file is nested more than ${DEEPEST} folders deep, or its path is too long.`,
      {
        hint: 'Choose the folder on the computer that runs Fovea, so that it needs no upload.',
      },
    );
  }
  if (parts.every(isSafe)) return parts;
  throw wrongName();
}
