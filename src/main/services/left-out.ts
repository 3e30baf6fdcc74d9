import type { SkippedFile } from '#shared/models/dataset';
import { count } from './splits-warnings';

const leftOut: Readonly<Record<string, (one: boolean) => string>> = {
  encrypted: () => 'locked with a password: unpack the archive with its password and import the folder.',
  nested_archive: (one) =>
    `left out that ${one ? 'is an archive' : 'are archives'} inside an archive: unpack the outer one and import the folder.`,
  unsupported_archive: (one) =>
    `left out that ${one ? 'is a part' : 'are parts'} of a split archive: unpack it and import the folder.`,
  unsupported_compression: () => 'packed in a way that Fovea does not read: unpack the archive and import the folder.',
  missing: () => 'named by a DICOMDIR and not there: the copy of the disc is not whole.',
};

/** What is left out for a reason that a person can do something about, so that no long list hides it. */
export function leftOutWarnings(skipped: readonly SkippedFile[]): string[] {
  return Object.entries(leftOut).flatMap(([code, text]) => {
    const files = skipped.filter((one) => one.code === code).length;
    return files === 0 ? [] : [`${count(files, 'file')} ${text(files === 1)}`];
  });
}
