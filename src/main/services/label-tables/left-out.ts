import type { SkippedFile } from '#shared/models/dataset';
import { formatQuantity } from '#shared/text/number';

const leftOut: Readonly<Record<string, (one: boolean) => string>> = {
  encrypted: () => 'in a password-protected archive skipped. Unpack it with its password and import the folder.',
  nested_archive: (one) =>
    `skipped: ${one ? 'an archive' : 'archives'} inside an archive. Unpack the outer one and import the folder.`,
  unsupported_archive: (one) =>
    `skipped: ${one ? 'a part' : 'parts'} of a multi-part archive. Unpack it and import the folder.`,
  unsupported_compression: () =>
    'in an unsupported compression format skipped. Unpack the archive and import the folder.',
  missing: () => 'listed in a DICOMDIR but missing: the copy of the disc is incomplete.',
};

/** What is left out for a reason that a person can do something about, so that no long list hides it. */
export function leftOutWarnings(skipped: readonly SkippedFile[]): string[] {
  return Object.entries(leftOut).flatMap(([code, text]) => {
    const files = skipped.filter((one) => one.code === code).length;
    return files === 0 ? [] : [`${formatQuantity(files, 'file')} ${text(files === 1)}`];
  });
}

/** Reasons that a message of one or two sentences has room for. */
const MOST_REASONS = 2;

/**
 * Why nothing of what was chosen is an image: the first files that were left out with their reasons, archives and
 * damage before files that are something else. Null where nothing was left out.
 */
export function firstReasons(skipped: readonly SkippedFile[]): string | null {
  const others = (one: SkippedFile) => (one.code === 'not_an_image' ? 1 : 0);
  const first = [...skipped].sort((a, b) => others(a) - others(b)).slice(0, MOST_REASONS);
  if (first.length === 0) return null;
  const more = skipped.length - first.length;
  const named = first.map(({ path, message }) => `${path}: ${message}`).join(' ');
  return more === 0
    ? named
    : `${named} ${formatQuantity(more, 'other file')} ${more === 1 ? 'was' : 'were'} also skipped.`;
}
