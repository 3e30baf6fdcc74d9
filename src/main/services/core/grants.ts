import { randomBytes } from 'node:crypto';
import { basename, isAbsolute, resolve } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';

/** A person's choice of a file or folder: the window has the id, main the path. */
export interface Grant {
  readonly grant: string;
  /** Last component of the path, for display. */
  readonly name: string;
}

export interface Grants {
  /** Grants a path that a person chose in a dialog, dropped, or named on the command line. */
  add(path: string): Grant;
  /** Throws `grant_unknown`. */
  path(grant: string): string;
}

/** Ids are 128 random bits, so they cannot be guessed. They are valid as long as the process runs. */
export function createGrants(): Grants {
  const paths = new Map<string, string>();
  return {
    add(path) {
      if (!isAbsolute(path)) throw new Error('a grant needs an absolute path');
      const grant = randomBytes(16).toString('base64url');
      const absolute = resolve(path);
      paths.set(grant, absolute);
      return { grant, name: basename(absolute) };
    },
    path(grant) {
      const path = paths.get(grant);
      if (path === undefined) {
        throw new FoveaError('grant_unknown', 'This file or folder is no longer available to Fovea.', {
          hint: 'Choose it again.',
        });
      }
      return path;
    },
  };
}
