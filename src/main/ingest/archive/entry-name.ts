import { isUtf8 } from 'node:buffer';
import { type Entry, getFileNameLowLevel } from 'yauzl';
import { legacyDecoder } from './legacy-names';

/** Limits within what file systems accept: characters of an entry's path, UTF-8 bytes of one segment, and segments. */
const MAX_NAME_LENGTH = 1000;
const MAX_SEGMENT_BYTES = 200;
const MAX_SEGMENTS = 32;

/** Device names that Windows reserves, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Bit 11 of the general purpose flag: the name is UTF-8 (APPNOTE 4.4.4). */
const UTF8_FLAG = 0x800;
/** Hosts in "version made by" that count as DOS (APPNOTE 4.4.2.2): FAT, NTFS, VFAT. */
const DOS_HOSTS = new Set([0, 10, 11, 14]);

type NamedEntry = Pick<Entry, 'generalPurposeBitFlag' | 'fileNameRaw' | 'extraFields' | 'versionMadeBy'>;

/**
 * Reads the name as UTF-8 or from Info-ZIP's Unicode path (extra field 7075, if it belongs to this name); null if it is
 * neither.
 */
function unicodeName({ generalPurposeBitFlag, fileNameRaw, extraFields }: NamedEntry): string | null {
  if (isUtf8(fileNameRaw)) {
    return getFileNameLowLevel(generalPurposeBitFlag | UTF8_FLAG, fileNameRaw, extraFields, false);
  }
  // Without the flag and that field, yauzl decodes CP437.
  const plain = getFileNameLowLevel(0, fileNameRaw, [], false);
  const name = getFileNameLowLevel(0, fileNameRaw, extraFields, false);
  return name === plain ? null : name;
}

/**
 * Decodes the names of an archive's entries, with the same result for one folder packed on macOS, Windows and Linux.
 * Tries, in order: Info-ZIP's Unicode path; UTF-8 if the bytes are valid, whatever the flag, because macOS does not set
 * it; the character set in which the remaining names look most like words (`legacyDecoder`). Normalised to NFC: macOS
 * decomposes letters and accents.
 */
export function entryNames(entries: readonly NamedEntry[]): (entry: NamedEntry) => string {
  const legacy = entries.filter((entry) => unicodeName(entry) === null);
  const dos = legacy.filter(({ versionMadeBy }) => DOS_HOSTS.has(versionMadeBy >> 8)).length;
  const decode = legacyDecoder(
    legacy.map(({ fileNameRaw }) => fileNameRaw),
    2 * dos >= legacy.length,
  );
  return (entry) => (unicodeName(entry) ?? decode(entry.fileNameRaw)).normalize('NFC');
}

/**
 * Converts an entry's path to a relative one that is valid on every system; null if it leads outside its folder or is
 * too long. Backslashes are the separators of old Windows programs. Characters that a system forbids become "_".
 */
export function safeEntryName(name: string): string | null {
  const path = name.replaceAll('\\', '/');
  if (path === '' || path.length > MAX_NAME_LENGTH || path.startsWith('/') || /^[a-z]:/i.test(path)) return null;
  // Some programs write "./a" and "a//b" for "a" and "a/b".
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.length > MAX_SEGMENTS) return null;
  const safe: string[] = [];
  for (const part of parts) {
    if (part === '..' || Buffer.byteLength(part) > MAX_SEGMENT_BYTES) return null;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is replaced
    const plain = part.replace(/[<>:"|?*\u0000-\u001f\u007f]/g, '_').replace(/[. ]+$/, '_');
    safe.push(DEVICE.test(plain) ? `_${plain}` : plain);
  }
  return safe.join('/');
}
