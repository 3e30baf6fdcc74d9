/** Longest name of an entry, characters, and of one part of it, UTF-8 bytes: what file systems take. */
const LONGEST_NAME = 1000;
const LONGEST_PART = 200;
const DEEPEST = 32;

/** What Windows keeps for devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/**
 * The path of an archive's entry as a relative one that may be made on every system, or null where it leads out of
 * its folder or is too long. Backslashes are old Windows programs' separators. Characters that a system refuses
 * become "_".
 */
export function safeEntryName(name: string): string | null {
  const path = name.replaceAll('\\', '/');
  if (path === '' || path.length > LONGEST_NAME || path.startsWith('/') || /^[a-z]:/i.test(path)) return null;
  const parts = path.split('/');
  if (parts.length > DEEPEST) return null;
  const safe: string[] = [];
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..' || Buffer.byteLength(part) > LONGEST_PART) return null;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is replaced
    const plain = part.replace(/[<>:"|?*\u0000-\u001f\u007f]/g, '_').replace(/[. ]+$/, '_');
    safe.push(DEVICE.test(plain) ? `_${plain}` : plain);
  }
  return safe.join('/');
}
