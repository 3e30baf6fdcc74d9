import { inNaturalOrder } from './natural-key';
import type { ProjectStore } from './open';

export interface StoredReader {
  readonly id: number;
  readonly name: string;
}

/** In natural order of their names: which came first depends on how a table is read. */
export function readers(store: ProjectStore): StoredReader[] {
  const all = store.all<StoredReader>('SELECT id, name FROM readers');
  return inNaturalOrder(
    all,
    ({ name }) => name,
    ({ id }) => id,
  );
}

/** Number of a reader, made where the name is new. Names are compared after Unicode NFC. */
export function readerNumber(store: ProjectStore, name: string): number {
  const normal = name.normalize('NFC');
  const present = store.get<{ id: number }>('SELECT id FROM readers WHERE name = ?', normal);
  return present?.id ?? store.run('INSERT INTO readers (name) VALUES (?)', normal).id;
}

/** What a reader says of an image now. */
export interface StoredReading {
  readonly image: number;
  readonly reader: number;
  readonly classId: number;
}

/** Present readings of images that are in the dataset, by image and reader. */
export function presentReadings(store: ProjectStore): StoredReading[] {
  // SQLite takes bare columns from the row that max() is of (https://www.sqlite.org/lang_select.html#bareagg).
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

/** Present readings of the images whose readings are not all of one class, by image and reader. */
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

/** How many readers have a present reading. */
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

/** Present readings of one image. */
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
 * Appends a reading where it differs from the reader's present one; null takes it back. Answers with the class before
 * (null: none), or undefined where nothing changed.
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

/** The class that all readings name; null where there is none, or more than one. */
export function unanimousClass(readings: readonly Pick<StoredReading, 'classId'>[]): number | null {
  const [first] = readings;
  return first !== undefined && readings.every((one) => one.classId === first.classId) ? first.classId : null;
}

/** What the disagreement of an image rests on: "1=2,3=4", readers and classes by number. */
export function readingsEvidence(readings: readonly StoredReading[]): string {
  return [...readings]
    .sort((a, b) => a.reader - b.reader)
    .map(({ reader, classId }) => `${reader}=${classId}`)
    .join(',');
}
