import { inNaturalOrder } from './natural-key';
import type { ProjectStore } from './open';

export interface StoredReader {
  readonly id: number;
  readonly name: string;
}

/** In natural order of their names: the order of creation depends on how a table is read. */
export function readers(store: ProjectStore): StoredReader[] {
  const all = store.all<StoredReader>('SELECT id, name FROM readers');
  return inNaturalOrder(
    all,
    ({ name }) => name,
    ({ id }) => id,
  );
}

/** Id of a reader, created if the name is new. Names are compared after Unicode NFC. */
export function readerNumber(store: ProjectStore, name: string): number {
  const normal = name.normalize('NFC');
  const present = store.get<{ id: number }>('SELECT id FROM readers WHERE name = ?', normal);
  return present?.id ?? store.run('INSERT INTO readers (name) VALUES (?)', normal).id;
}

/** A reader's current reading of an image. */
export interface StoredReading {
  readonly image: number;
  readonly reader: number;
  readonly classId: number;
}

/** Current readings of images in the dataset, by image and reader. */
export function presentReadings(store: ProjectStore): StoredReading[] {
  // SQLite takes bare columns from the row of max() (https://www.sqlite.org/lang_select.html#bareagg).
  return store
    .json<[number, number, number][]>(
      `SELECT json_group_array(json_array(image_id, reader_id, class_id)) FROM (
         SELECT image_id, reader_id, class_id, max(readings.id) FROM readings
         JOIN images ON images.id = image_id WHERE removed_at IS NULL
         GROUP BY image_id, reader_id ORDER BY image_id, reader_id)
       WHERE class_id IS NOT NULL`,
    )
    .map(([image, reader, classId]) => ({ image, reader, classId }));
}

/** Current readings of the images whose readings disagree, by image and reader. */
export function disagreeingReadings(store: ProjectStore): StoredReading[] {
  return store
    .json<[number, number, number][]>(
      `WITH present AS MATERIALIZED (
         SELECT image_id, reader_id, class_id, max(readings.id) FROM readings
         JOIN images ON images.id = image_id WHERE removed_at IS NULL GROUP BY image_id, reader_id)
       SELECT json_group_array(json_array(image_id, reader_id, class_id)) FROM (
         SELECT image_id, reader_id, class_id FROM present WHERE class_id IS NOT NULL AND image_id IN (
           SELECT image_id FROM present GROUP BY image_id HAVING min(class_id) <> max(class_id))
         ORDER BY image_id, reader_id)`,
    )
    .map(([image, reader, classId]) => ({ image, reader, classId }));
}

/** Number of readers with a current reading. */
export function readerCount(store: ProjectStore): number {
  if (store.get('SELECT 1 FROM readings LIMIT 1') === undefined) return 0;
  return (
    store.column<number>(
      `SELECT count(*) FROM readers WHERE EXISTS (
         SELECT 1 FROM images CROSS JOIN readings ON readings.image_id = images.id AND reader_id = readers.id
         WHERE removed_at IS NULL AND class_id IS NOT NULL AND readings.id = (
           SELECT max(id) FROM readings AS later WHERE later.image_id = images.id AND later.reader_id = readers.id))`,
    )[0] ?? 0
  );
}

/** Current readings of one image. */
export function readingsOf(store: ProjectStore, image: number): StoredReading[] {
  return store
    .all<{ reader: number; classId: number | null }>(
      `SELECT reader_id AS reader, class_id AS classId, max(id) FROM readings WHERE image_id = ?
       GROUP BY reader_id ORDER BY reader_id`,
      image,
    )
    .flatMap(({ reader, classId }) => (classId === null ? [] : [{ image, reader, classId }]));
}

export type ReadingSource = 'table' | 'user' | 'undo';

/**
 * Appends a reading if it differs from the reader's current one; null withdraws it. Returns the previous class (null:
 * none), or undefined if nothing changed.
 */
export function setReading(
  store: ProjectStore,
  reading: { readonly image: number; readonly reader: number; readonly classId: number | null },
  source: ReadingSource,
  at: string = new Date().toISOString(),
): number | null | undefined {
  const { image, reader, classId } = reading;
  const before =
    store.get<{ class_id: number | null }>(
      'SELECT class_id FROM readings WHERE image_id = ? AND reader_id = ? ORDER BY id DESC LIMIT 1',
      image,
      reader,
    )?.class_id ?? null;
  if (before === classId) return undefined;
  store.run(
    'INSERT INTO readings (image_id, reader_id, class_id, source, at) VALUES (?, ?, ?, ?, ?)',
    image,
    reader,
    classId,
    source,
    at,
  );
  return before;
}

/** The class that all readings name; null if there is none, or more than one. */
export function unanimousClass(readings: readonly Pick<StoredReading, 'classId'>[]): number | null {
  const [first] = readings;
  return first !== undefined && readings.every((one) => one.classId === first.classId) ? first.classId : null;
}

/** Evidence of the disagreement on an image: "1=2,3=4", readers and classes by id. */
export function readingsEvidence(readings: readonly StoredReading[]): string {
  return [...readings]
    .sort((a, b) => a.reader - b.reader)
    .map(({ reader, classId }) => `${reader}=${classId}`)
    .join(',');
}
