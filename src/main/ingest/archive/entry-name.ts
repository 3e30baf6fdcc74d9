import { isUtf8 } from 'node:buffer';
import { type Entry, getFileNameLowLevel } from 'yauzl';
import { legacyDecoder } from './legacy-names';

/** Longest name of an entry, characters, and of one part of it, UTF-8 bytes: what file systems take. */
const LONGEST_NAME = 1000;
const LONGEST_PART = 200;
const DEEPEST = 32;

/** What Windows keeps for devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Bit 11 of the general purpose flag: the name is UTF-8 (APPNOTE 4.4.4). */
const UTF8_FLAG = 0x800;
/** Hosts of "version made by" that count as DOS (APPNOTE 4.4.2.2): FAT, NTFS, VFAT. */
const DOS_HOSTS = new Set([0, 10, 11, 14]);

type NamedEntry = Pick<Entry, 'generalPurposeBitFlag' | 'fileNameRaw' | 'extraFields' | 'versionMadeBy'>;

/** The name as UTF-8 or Info-ZIP's Unicode path (extra field 7075, where it is of this name); null where it is neither. */
function unicodeName({ generalPurposeBitFlag, fileNameRaw, extraFields }: NamedEntry): string | null {
  if (isUtf8(fileNameRaw)) {
    return getFileNameLowLevel(generalPurposeBitFlag | UTF8_FLAG, fileNameRaw, extraFields, false);
  }
  // Without the flag yauzl reads CP437 where there is no such field.
  const plain = getFileNameLowLevel(0, fileNameRaw, [], false);
  const name = getFileNameLowLevel(0, fileNameRaw, extraFields, false);
  return name === plain ? null : name;
}

/**
 * Reads the names of an archive's entries, the same for one folder packed by macOS, Windows and Linux. In this order:
 * Info-ZIP's Unicode path; UTF-8 where the bytes are, whatever the flag says, because macOS does not set it; else the one
 * character set in which the names of all such entries look like words (`legacyDecoder`). In one normal form: macOS takes
 * letters and their accents apart.
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
