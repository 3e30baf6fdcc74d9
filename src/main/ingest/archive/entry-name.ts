import { isUtf8 } from 'node:buffer';
import { type Entry, getFileNameLowLevel } from 'yauzl';

/** Longest name of an entry, characters, and of one part of it, UTF-8 bytes: what file systems take. */
const LONGEST_NAME = 1000;
const LONGEST_PART = 200;
const DEEPEST = 32;

/** What Windows keeps for devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Bit 11 of the general purpose flag: the name is UTF-8 (APPNOTE 4.4.4). */
const UTF8_FLAG = 0x800;

/**
 * An entry's name, the same for one folder packed by macOS, Windows and Linux. In this order:
 * Info-ZIP's Unicode path (extra field 7075) where it is of this name; UTF-8 where the bytes are, because macOS does not
 * set the flag; else the character set of DOS (CP437, APPNOTE appendix D). In one normal form: macOS takes letters and
 * their accents apart.
 */
export function entryName({
  generalPurposeBitFlag,
  fileNameRaw,
  extraFields,
}: Pick<Entry, 'generalPurposeBitFlag' | 'fileNameRaw' | 'extraFields'>): string {
  const flag = isUtf8(fileNameRaw) ? generalPurposeBitFlag | UTF8_FLAG : generalPurposeBitFlag & ~UTF8_FLAG;
  return getFileNameLowLevel(flag, fileNameRaw, extraFields, false).normalize('NFC');
}

/**
 * The path of an archive's entry as a relative one that may be made on every system, or null where it leads out of
 * its folder or is too long. Backslashes are old Windows programs' separators. Characters that a system refuses
 * become "_".
 */
export function safeEntryName(name: string): string | null {
  const path = name.replaceAll('\\', '/');
  if (path === '' || path.length > LONGEST_NAME || path.startsWith('/') || /^[a-z]:/i.test(path)) return null;
  // Some programs write "./a" and "a//b" for what others call "a" and "a/b".
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.length > DEEPEST) return null;
  const safe: string[] = [];
  for (const part of parts) {
    if (part === '..' || Buffer.byteLength(part) > LONGEST_PART) return null;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is replaced
    const plain = part.replace(/[<>:"|?*\u0000-\u001f\u007f]/g, '_').replace(/[. ]+$/, '_');
    safe.push(DEVICE.test(plain) ? `_${plain}` : plain);
  }
  return safe.join('/');
}
