import { isLiving, type ProcessMark } from '../process/process-mark';
import type { ProjectStore } from './open';

/** A file of cached pictures. */
export interface Pack {
  readonly id: number;
  /** File name in the folder of packs. */
  readonly name: string;
  /** End of the last picture that is recorded. */
  readonly bytes: number;
}

/** A cached picture: a span of a pack with its CRC-32. */
export interface CachedPicture {
  readonly pack: number;
  readonly offset: number;
  readonly length: number;
  readonly checksum: number;
}

/** Makes this process the only one to append to a pack below `limit` bytes; null if none is free. */
export function claimPack(store: ProjectStore, owner: ProcessMark, limit: number): Pack | null {
  return store.transaction(() => {
    const packs = store.all<Pack & { owner: string | null }>(
      'SELECT id, name, bytes, owner FROM packs WHERE bytes < ? ORDER BY id',
      limit,
    );
    const free = packs.find(({ owner: present }) => present === null || isLiving(JSON.parse(present)) === false);
    if (free === undefined) return null;
    store.run('UPDATE packs SET owner = ? WHERE id = ?', JSON.stringify(owner), free.id);
    return free;
  });
}

/** Adds an empty pack, owned by this process. */
export function addPack(store: ProjectStore, name: string, owner: ProcessMark): Pack {
  const { id } = store.run('INSERT INTO packs (name, bytes, owner) VALUES (?, 0, ?)', name, JSON.stringify(owner));
  return { id, name, bytes: 0 };
}

/** Lets any process append to a pack. */
export function releasePack(store: ProjectStore, id: number): void {
  store.run('UPDATE packs SET owner = NULL WHERE id = ?', id);
}

/** Ends a pack at `limit`, so that nobody appends to it again. */
export function sealPack(store: ProjectStore, id: number, limit: number): void {
  store.run('UPDATE packs SET owner = NULL, bytes = ? WHERE id = ?', limit, id);
}

/** Deletes packs without a picture that nobody appends to, and returns their names. */
export function deleteUnusedPacks(store: ProjectStore): string[] {
  return store.transaction(() =>
    store.column<string>(
      `DELETE FROM packs
       WHERE owner IS NULL AND NOT EXISTS (SELECT 1 FROM cached_pictures WHERE pack_id = packs.id)
       RETURNING name`,
    ),
  );
}

export const packNames = (store: ProjectStore): string[] => store.column<string>('SELECT name FROM packs');

/** Records a picture that is on disk. `kind`: 'thumbnail', or the key of a raster's pipeline. */
export function setCachedPicture(
  store: ProjectStore,
  image: number,
  kind: string,
  { pack, offset, length, checksum }: CachedPicture,
): void {
  store.run(
    `INSERT INTO cached_pictures (image_id, kind, pack_id, offset, length, checksum) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (image_id, kind) DO UPDATE SET pack_id = excluded.pack_id, offset = excluded.offset,
       length = excluded.length, checksum = excluded.checksum`,
    image,
    kind,
    pack,
    offset,
    length,
    checksum,
  );
  store.run('UPDATE packs SET bytes = max(bytes, ?) WHERE id = ?', offset + length, pack);
}

/** The recorded pictures of a kind, with the names of their packs. */
export function cachedPictures(
  store: ProjectStore,
  kind: string,
  images: readonly number[],
): (Omit<CachedPicture, 'pack'> & { readonly image: number; readonly pack: string })[] {
  return store.all(
    `SELECT image_id AS image, name AS pack, offset, length, checksum
     FROM cached_pictures JOIN packs ON packs.id = pack_id
     WHERE kind = ? AND image_id IN (SELECT value FROM json_each(?))`,
    kind,
    JSON.stringify(images),
  );
}
