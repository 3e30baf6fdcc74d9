import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { decodeFloat16, encodeFloat16 } from '../../engine/half';

export interface TargetLayout {
  /** Bytes of a picture. */
  readonly pictureBytes: number;
  /** The teacher's numbers for a picture: (1 + patches) x width. */
  readonly featureCount: number;
  readonly shardPictures: number;
}

export interface TargetRow {
  /** RGB planes. */
  readonly picture: Uint8Array;
  readonly features: Float32Array;
}

/**
 * Pictures with the teacher's features, as half floats, in files of `shardPictures` rows each. A file is complete or
 * absent.
 */
export class TargetStore {
  private readonly folder: string;
  private readonly layout: TargetLayout;
  private readonly files = new Map<number, number>();

  /** @param key names what determines the contents */
  constructor(folder: string, key: string, layout: TargetLayout) {
    this.folder = join(folder, key);
    this.layout = layout;
    mkdirSync(this.folder, { recursive: true });
  }

  has(shard: number): boolean {
    return existsSync(this.path(shard));
  }

  /** Writes a shard row by row. */
  async write(shard: number, rows: AsyncIterable<TargetRow>): Promise<void> {
    const partial = `${this.path(shard)}.partial`;
    const file = openSync(partial, 'w');
    let count = 0;
    try {
      for await (const { picture, features } of rows) {
        writeSync(file, picture);
        writeSync(file, new Uint8Array(encodeFloat16(features).buffer));
        count += 1;
      }
    } finally {
      closeSync(file);
    }
    if (count !== this.layout.shardPictures) throw new Error(`a shard of ${count} pictures`);
    renameSync(partial, this.path(shard));
  }

  read(shard: number, row: number): TargetRow {
    const { pictureBytes, featureCount } = this.layout;
    const rowBytes = pictureBytes + 2 * featureCount;
    const bytes = new Uint8Array(rowBytes);
    if (readSync(this.file(shard), bytes, 0, rowBytes, row * rowBytes) !== rowBytes) {
      throw new Error(`shard ${shard} has no row ${row}`);
    }
    const halves = new Uint16Array(bytes.slice(pictureBytes).buffer);
    return { picture: bytes.subarray(0, pictureBytes), features: decodeFloat16(halves) };
  }

  /** Deletes the shards before `first`. */
  dropBefore(first: number): void {
    for (const name of readdirSync(this.folder)) {
      const shard = Number(/^(\d+)\.targets$/.exec(name)?.[1] ?? Number.NaN);
      if (!(shard < first)) continue;
      this.closeFile(shard);
      rmSync(join(this.folder, name));
    }
  }

  close(): void {
    for (const shard of [...this.files.keys()]) this.closeFile(shard);
  }

  private path(shard: number): string {
    return join(this.folder, `${shard}.targets`);
  }

  private file(shard: number): number {
    const open = this.files.get(shard);
    if (open !== undefined) return open;
    const file = openSync(this.path(shard), 'r');
    this.files.set(shard, file);
    return file;
  }

  private closeFile(shard: number): void {
    const file = this.files.get(shard);
    if (file !== undefined) closeSync(file);
    this.files.delete(shard);
  }
}
