import { crc32 } from 'node:zlib';

/** An entry of a zip archive exactly as some program writes it, without defaults beyond zeros. */
export interface RawZipEntry {
  /** The bytes of the name. */
  readonly name: Uint8Array;
  readonly content: Uint8Array;
  /** General purpose bits (APPNOTE 4.4.4). */
  readonly flags?: number;
  /** Upper byte of "version made by": 0 DOS, 3 Unix, 11 NTFS. */
  readonly host?: number;
  readonly method?: number;
  readonly extra?: Uint8Array;
}

function localHeader({ name, content, flags = 0, method = 0, extra = Buffer.alloc(0) }: RawZipEntry): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(crc32(content), 14);
  header.writeUInt32LE(content.length, 18);
  header.writeUInt32LE(content.length, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra, content]);
}

function directoryHeader(entry: RawZipEntry, offset: number): Buffer {
  const { name, content, flags = 0, host = 3, method = 0, extra = Buffer.alloc(0) } = entry;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((host << 8) | 20, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(crc32(content), 16);
  header.writeUInt32LE(content.length, 20);
  header.writeUInt32LE(content.length, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(host === 3 ? (0o100644 << 16) >>> 0 : 0x20, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name, extra]);
}

/** Encodes a stored zip archive byte by byte (APPNOTE 4.3). `disk`: number of this disk, for split archives. */
export function rawZip(entries: readonly RawZipEntry[], disk = 0): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    directory.push(directoryHeader(entry, offset));
    files.push(localHeader(entry));
    offset += files.at(-1)?.length ?? 0;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(disk, 4);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

/** Encodes Info-ZIP's Unicode path (extra field 7075) for an entry named `name`. */
export function unicodePath(name: Uint8Array, path: string): Buffer {
  const head = Buffer.alloc(9);
  const text = Buffer.from(path);
  head.writeUInt16LE(0x7075, 0);
  head.writeUInt16LE(5 + text.length, 2);
  head[4] = 1;
  head.writeUInt32LE(crc32(name), 5);
  return Buffer.concat([head, text]);
}
