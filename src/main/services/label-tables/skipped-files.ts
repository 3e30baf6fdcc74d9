import type { SkippedFile } from '#shared/models/dataset';
import { formatQuantity } from '#shared/text/number';

const fixableReasons: Readonly<Record<string, (one: boolean) => string>> = {
  encrypted: () => 'in a password-protected archive skipped. Unpack it with its password and import the folder.',
  nested_archive: (one) =>
    `skipped: ${one ? 'an archive' : 'archives'} inside an archive. Unpack the outer one and import the folder.`,
  unsupported_archive: (one) =>
    `skipped: ${one ? 'a part' : 'parts'} of a multi-part archive. Unpack it and import the folder.`,
  unsupported_compression: () =>
    'in an unsupported compression format skipped. Unpack the archive and import the folder.',
  missing: () => 'listed in a DICOMDIR but missing: the copy of the disc is incomplete.',
};

/** Warnings about files skipped for reasons that a person can fix, so that a long list does not hide them. */
export function skippedWarnings(skipped: readonly SkippedFile[]): string[] {
  return Object.entries(fixableReasons).flatMap(([code, text]) => {
    const files = skipped.filter((one) => one.code === code).length;
    return files === 0 ? [] : [`${formatQuantity(files, 'file')} ${text(files === 1)}`];
  });
}

/** Reasons that fit into a message of one or two sentences. */
const MAX_REASONS = 2;

/**
 * Explains why a selection contains no image: the first skipped files with their reasons, archives and damaged files
 * before files of other kinds. Null if nothing was skipped.
 */
export function firstReasons(skipped: readonly SkippedFile[]): string | null {
  const others = (one: SkippedFile) => (one.code === 'not_an_image' ? 1 : 0);
  const first = [...skipped].sort((a, b) => others(a) - others(b)).slice(0, MAX_REASONS);
  if (first.length === 0) return null;
  const more = skipped.length - first.length;
  const named = first.map(({ path, message }) => `${path}: ${message}`).join(' ');
  return more === 0
    ? named
    : `${named} ${formatQuantity(more, 'other file')} ${more === 1 ? 'was' : 'were'} also skipped.`;
}
