import { createHash, randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/**
 * Named rows of equal size in a few append-only files of a folder. Each writer appends to a file of its own, so that
 * processes need no lock, and each row has a checksum: what a kill or a failing disk leaves behind is a missing row.
 *
 *   file   'FOVEAROW', 4 bytes with the size of a row, then records
 *   record 16 bytes of the SHA-256 of the name, 4 bytes CRC-32 of these and the row, the row
 *
 * Numbers are little-endian.
 */
const MAGIC = 'FOVEAROW';
const HEADER_BYTES = 12;
const DIGEST_BYTES = 16;
const RECORD_HEADER_BYTES = DIGEST_BYTES + 4;
const EXTENSION = '.rows';

interface Place {
  readonly file: RowFile;
  readonly offset: number;
}
interface RowFile {
  readonly path: string;
  /** Null after an error, and then opened again. */
  descriptor: number | null;
}

export interface RowFiles {
  /** Bytes of a row; null while the folder has no rows. */
  readonly rowBytes: number | null;
  has(name: string): boolean;
  /**
   * Copies a row into `into`; returns false if it is missing or damaged. Throws the errors of the file system.
   */
  read(name: string, into: Uint8Array): boolean;
  /** Appends rows. After an error, which it throws, none of them are stored. */
  append(rows: readonly (readonly [name: string, row: Uint8Array])[]): Promise<void>;
  close(): void;
}

const digestOf = (name: string): Buffer => createHash('sha256').update(name).digest().subarray(0, DIGEST_BYTES);

/**
 * Opens the rows of a folder, which need not exist. Files with rows of another size are ignored.
 *
 * @param rowBytes bytes of a row, or null for those of the first file
 */
export function openRowFiles(folder: string, rowBytes: number | null): RowFiles {
  return new FolderOfRows(folder, rowBytes);
}

class FolderOfRows implements RowFiles {
  rowBytes: number | null;
  private readonly folder: string;
  private readonly files: RowFile[] = [];
  /** Places of each row, by its digest: a damaged row is stored again. */
  private readonly places = new Map<string, Place[]>();
  /** The file of this writer, and its size. */
  private own: { readonly file: RowFile; size: number } | null = null;

  constructor(folder: string, rowBytes: number | null) {
    this.folder = folder;
    this.rowBytes = rowBytes;
    for (const name of namesIn(folder).sort()) {
      if (name.endsWith(EXTENSION)) this.index({ path: join(folder, name), descriptor: null });
    }
  }

  has(name: string): boolean {
    return this.places.has(digestOf(name).toString('base64'));
  }

  read(name: string, into: Uint8Array): boolean {
    const digest = digestOf(name);
    const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + into.byteLength);
    for (const { file, offset } of this.places.get(digest.toString('base64')) ?? []) {
      if (this.readAt(file, record, offset) < record.length) continue;
      if (!digest.equals(record.subarray(0, DIGEST_BYTES)) || record.readUInt32LE(DIGEST_BYTES) !== checksum(record)) {
        continue;
      }
      into.set(record.subarray(RECORD_HEADER_BYTES));
      return true;
    }
    return false;
  }

  async append(rows: readonly (readonly [name: string, row: Uint8Array])[]): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    this.rowBytes ??= first[1].byteLength;
    if (rows.some(([, row]) => row.byteLength !== this.rowBytes)) throw new Error('rows of different sizes');
    const records = rows.map(([name, row]) => recordOf(name, row));
    const own = this.own ?? (await this.create());
    const start = own.size;
    try {
      let offset = start;
      for (const record of records) offset += writeWhole(this.open(own.file, 'r+'), record, offset);
      own.size = offset;
    } catch (error) {
      this.abandon(own.file, start);
      throw error;
    }
    records.forEach((record, index) => {
      this.place(record.subarray(0, DIGEST_BYTES), { file: own.file, offset: start + index * record.length });
    });
  }

  close(): void {
    for (const file of this.files) closeFile(file);
  }

  private index(file: RowFile): void {
    try {
      const size = this.rowSizeOf(file);
      this.rowBytes ??= size;
      if (size !== null && size === this.rowBytes) this.indexRecords(file, RECORD_HEADER_BYTES + size);
      else closeFile(file);
    } catch {
      // An unreadable file has no rows.
      closeFile(file);
    }
  }

  /** Bytes of a row of the file; null if it is no file of rows. */
  private rowSizeOf(file: RowFile): number | null {
    const header = Buffer.alloc(HEADER_BYTES);
    const whole = this.readAt(file, header, 0) === HEADER_BYTES && header.toString('latin1', 0, 8) === MAGIC;
    const size = header.readUInt32LE(8);
    return whole && size > 0 ? size : null;
  }

  private indexRecords(file: RowFile, stride: number): void {
    const records = Math.floor((statSync(file.path).size - HEADER_BYTES) / stride);
    const digest = Buffer.alloc(DIGEST_BYTES);
    for (let record = 0; record < records; record += 1) {
      const offset = HEADER_BYTES + record * stride;
      if (this.readAt(file, digest, offset) === DIGEST_BYTES) this.place(digest, { file, offset });
    }
    this.files.push(file);
  }

  private place(digest: Buffer, place: Place): void {
    const key = digest.toString('base64');
    const known = this.places.get(key);
    if (known === undefined) this.places.set(key, [place]);
    else known.push(place);
  }

  private async create() {
    await mkdir(this.folder, { recursive: true });
    const name = `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}${EXTENSION}`;
    const file: RowFile = { path: join(this.folder, name), descriptor: null };
    const header = Buffer.alloc(HEADER_BYTES);
    header.write(MAGIC, 'latin1');
    header.writeUInt32LE(this.rowBytes ?? 0, 8);
    try {
      writeWhole(this.open(file, 'wx+'), header, 0);
    } catch (error) {
      closeFile(file);
      rmSync(file.path, { force: true });
      throw error;
    }
    this.files.push(file);
    this.own = { file, size: HEADER_BYTES };
    return this.own;
  }

  /** Leaves a file that could not be written, whole up to `size`; the next rows go into a new one. */
  private abandon(file: RowFile, size: number): void {
    this.own = null;
    try {
      ftruncateSync(this.open(file, 'r+'), size);
    } catch {
      // The checksum marks what remains.
    }
    closeFile(file);
  }

  private open(file: RowFile, flags: 'r' | 'r+' | 'wx+'): number {
    file.descriptor ??= openSync(file.path, flags);
    return file.descriptor;
  }

  private readAt(file: RowFile, into: Buffer, offset: number): number {
    try {
      return readSync(this.open(file, file === this.own?.file ? 'r+' : 'r'), into, 0, into.length, offset);
    } catch (error) {
      closeFile(file);
      throw error;
    }
  }
}

function recordOf(name: string, row: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + row.byteLength);
  digestOf(name).copy(record);
  record.set(row, RECORD_HEADER_BYTES);
  record.writeUInt32LE(checksum(record), DIGEST_BYTES);
  return record;
}

/** CRC-32 of a record without its checksum. */
const checksum = (record: Buffer): number =>
  crc32(record.subarray(RECORD_HEADER_BYTES), crc32(record.subarray(0, DIGEST_BYTES)));

function writeWhole(descriptor: number, bytes: Buffer, offset: number): number {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, offset + written);
  }
  return written;
}

function closeFile(file: RowFile): void {
  const { descriptor } = file;
  file.descriptor = null;
  if (descriptor === null) return;
  try {
    closeSync(descriptor);
  } catch {
    // Closed by the system, for example when its disk was disconnected.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
