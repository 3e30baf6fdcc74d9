import { inNaturalOrder } from './natural-key';
import type { ProjectStore } from './open';

export interface StoredClass {
  readonly id: number;
  readonly name: string;
}

/** All classes that ever had a name, in natural order. */
export function classesByName(store: ProjectStore): StoredClass[] {
  const all = store.all<StoredClass>('SELECT id, name FROM classes');
  return inNaturalOrder(
    all,
    ({ name }) => name,
    ({ id }) => id,
  );
}

/**
 * Id of a class, created if the name is new. Names are compared after Unicode NFC. The one name that cannot be the key
 * of an object loses two of its underscores: counts by class are objects, and it would be missing from them.
 */
export function classNumber(store: ProjectStore, name: string): number {
  const normal = name === '__proto__' ? '_proto_' : name.normalize('NFC');
  const present = store.get<{ id: number }>('SELECT id FROM classes WHERE name = ?', normal);
  return present?.id ?? store.run('INSERT INTO classes (name) VALUES (?)', normal).id;
}

/**
 * Origin of a label. `reading`: all readings of the image named it; `majority`: more than half of them did, and a
 * person accepted it; `adjudication`: a person adjudicated a disagreement.
 */
export type LabelSource = 'folder' | 'table' | 'user' | 'reading' | 'majority' | 'adjudication' | 'undo';

/** Appends a label to an image's history if it differs from the current one, and returns whether it did. */
export function setLabel(
  store: ProjectStore,
  image: number,
  classId: number | null,
  source: LabelSource,
  at: string = new Date().toISOString(),
): boolean {
  const changed = store.run(
    'UPDATE images SET label_id = ? WHERE id = ? AND label_id IS NOT ?',
    classId,
    image,
    classId,
  ).changes;
  if (changed === 0) return false;
  store.run('INSERT INTO labels (image_id, class_id, source, at) VALUES (?, ?, ?, ?)', image, classId, source, at);
  return true;
}

/** Who or what last changed the image's label, including its removal; null if it never had one. */
export function labelSource(store: ProjectStore, image: number): LabelSource | null {
  const sql = 'SELECT source FROM labels WHERE image_id = ? ORDER BY id DESC LIMIT 1';
  return store.get<{ source: LabelSource }>(sql, image)?.source ?? null;
}

/** Sets a label and appends it to the history even if the image already has it: a decision counts. */
export function recordLabel(
  store: ProjectStore,
  image: number,
  classId: number | null,
  source: LabelSource,
  at: string = new Date().toISOString(),
): void {
  store.run('UPDATE images SET label_id = ? WHERE id = ?', classId, image);
  store.run('INSERT INTO labels (image_id, class_id, source, at) VALUES (?, ?, ?, ?)', image, classId, source, at);
}

/** Oldest first. */
export function labelHistory(
  store: ProjectStore,
  image: number,
): { readonly label: string | null; readonly source: string; readonly at: string }[] {
  return store.all(
    `SELECT classes.name AS label, source, at FROM labels LEFT JOIN classes ON classes.id = class_id
     WHERE image_id = ? ORDER BY labels.id`,
    image,
  );
}

/** Current class of each image among `ids`. */
export function currentLabels(
  store: ProjectStore,
  ids: readonly number[],
): { readonly id: number; readonly label_id: number | null }[] {
  return store.all(
    'SELECT id, label_id FROM images WHERE removed_at IS NULL AND id IN (SELECT value FROM json_each(?))',
    JSON.stringify(ids),
  );
}
