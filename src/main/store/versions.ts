import type { DatasetVersion } from '#shared/models/dataset';
import type { ProjectStore } from './open';

/** One bit per image id, lowest id in the lowest bit of the first byte. */
export type Members = Uint8Array;

interface VersionRow {
  readonly number: number;
  readonly at: string;
  readonly import_id: number | null;
  readonly images: number;
  readonly added: number;
  readonly removed: number;
  readonly classes: string;
  readonly hash: string;
}

const COLUMNS = 'number, at, import_id, images, added, removed, classes, hash';

const toVersion = ({ import_id, classes, ...row }: VersionRow): DatasetVersion => ({
  ...row,
  import: import_id,
  classes: JSON.parse(classes) as Record<string, number>,
});

/** Oldest first. */
export function datasetVersions(store: ProjectStore): DatasetVersion[] {
  return store.all<VersionRow>(`SELECT ${COLUMNS} FROM dataset_versions ORDER BY number`).map(toVersion);
}

export function newestVersion(store: ProjectStore): DatasetVersion | null {
  const row = store.get<VersionRow>(`SELECT ${COLUMNS} FROM dataset_versions ORDER BY number DESC LIMIT 1`);
  return row === undefined ? null : toVersion(row);
}

/** Whether images were removed, restored or added since. `images`: their current number. */
export function changedSince(store: ProjectStore, version: DatasetVersion, images: number): boolean {
  if (images !== version.images) return true;
  return store.get('SELECT 1 FROM images WHERE removed_at > ? LIMIT 1', version.at) !== undefined;
}

/** An image in the dataset: id, SHA-256 of its file, frame, and the id of its class. */
export type PresentImage = readonly [id: number, hash: string, frame: number, label: number | null];

/** Images whose hash is at least `from` and below `to`, by hash and frame. */
export function presentImages(store: ProjectStore, from: string, to: string): PresentImage[] {
  return store.json<PresentImage[]>(
    `SELECT json_group_array(json_array(id, hash, frame, label_id)) FROM (
       SELECT id, hash, frame, label_id FROM images
       WHERE hash >= ? AND hash < ? AND removed_at IS NULL ORDER BY hash, frame)`,
    from,
    to,
  );
}

/** Adds a version after the newest, or returns the newest if it has the same images. */
export function addVersion(
  store: ProjectStore,
  version: Pick<DatasetVersion, 'at' | 'import' | 'images' | 'classes' | 'hash'>,
  members: Members,
): DatasetVersion {
  return store.transaction(() => {
    const newest = newestVersion(store);
    if (newest !== null && newest.hash === version.hash) return newest;
    const before =
      store.column<Uint8Array>('SELECT members FROM dataset_versions ORDER BY number DESC LIMIT 1')[0] ??
      new Uint8Array();
    const full: DatasetVersion = {
      ...version,
      number: (newest?.number ?? 0) + 1,
      added: countWithout(members, before),
      removed: countWithout(before, members),
    };
    store.run(
      `INSERT INTO dataset_versions (${COLUMNS}, members) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      full.number,
      full.at,
      full.import,
      full.images,
      full.added,
      full.removed,
      JSON.stringify(full.classes),
      full.hash,
      members,
    );
    return full;
  });
}

/** Number of bits set in one and not in the other. */
function countWithout(one: Members, other: Members): number {
  let count = 0;
  for (const [index, byte] of one.entries()) {
    for (let left = byte & ~(other[index] ?? 0); left !== 0; left &= left - 1) count += 1;
  }
  return count;
}
