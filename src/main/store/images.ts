import type { ImageFilter, ImageKind, ImageSummary, SplitName } from '#shared/models/dataset';
import { splitNames } from '#shared/models/dataset';
import { SEX_SQL } from './facets';
import { classesByName } from './labels';
import { naturalKey } from './natural-key';
import type { ProjectStore, SqlValue } from './open';
import { originSql } from './origins';

/** A new image of an import. */
export interface NewImage {
  readonly hash: string;
  /** Frame of the file, from 0, which is the default. */
  readonly frame?: number;
  readonly sourceId: number;
  /** Relative to the source, with `/`. */
  readonly path: string;
  readonly fileBytes: number;
  readonly kind: ImageKind;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly colour: boolean;
  readonly modality: string | null;
  readonly bitsStored: number | null;
  readonly photometricInterpretation: string | null;
  readonly transferSyntax: string | null;
  readonly window: { readonly center: number; readonly width: number } | null;
  readonly range: { readonly min: number; readonly max: number };
  readonly sex: string | null;
  readonly age: number | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly siteId?: number | null;
  readonly stationId?: number | null;
  readonly acquiredYear?: number | null;
  /** Null if the file does not declare it. */
  readonly burnedIn?: 'yes' | 'no' | null;
  readonly flags: readonly string[];
  readonly patientId: number | null;
  readonly studyId: number | null;
  /** The split given by a folder or a table. */
  readonly givenSplit: SplitName | null;
  readonly importId: number;
}

/** Adds an image, or finds the one with the same content. Restores a removed one. */
export function addImage(
  store: ProjectStore,
  image: NewImage,
): { readonly id: number; readonly outcome: 'added' | 'duplicate' } {
  const present = store.get<{ id: number; removed_at: string | null }>(
    'SELECT id, removed_at FROM images WHERE hash = ? AND frame = ?',
    image.hash,
    image.frame ?? 0,
  );
  if (present !== undefined && present.removed_at === null) return { id: present.id, outcome: 'duplicate' };
  if (present !== undefined) {
    store.run(
      `UPDATE images SET removed_at = NULL, source_id = ?, path = ?, path_key = ?, import_id = ?, patient_id = ?,
         given_split = ? WHERE id = ?`,
      image.sourceId,
      image.path,
      naturalKey(image.path),
      image.importId,
      image.patientId,
      image.givenSplit,
      present.id,
    );
    return { id: present.id, outcome: 'added' };
  }
  const columns: Readonly<Record<string, SqlValue>> = {
    hash: image.hash,
    frame: image.frame ?? 0,
    source_id: image.sourceId,
    path: image.path,
    path_key: naturalKey(image.path),
    file_bytes: image.fileBytes,
    kind: image.kind,
    width: image.width,
    height: image.height,
    frames: image.frames,
    colour: image.colour ? 1 : 0,
    modality: image.modality,
    bits_stored: image.bitsStored,
    photometric_interpretation: image.photometricInterpretation,
    transfer_syntax: image.transferSyntax,
    window_center: image.window?.center ?? null,
    window_width: image.window?.width ?? null,
    range_min: image.range.min,
    range_max: image.range.max,
    sex: image.sex,
    age: image.age,
    manufacturer: image.manufacturer,
    model: image.model,
    site_id: image.siteId ?? null,
    station_id: image.stationId ?? null,
    acquired_year: image.acquiredYear ?? null,
    burned_in: image.burnedIn ?? null,
    flags: JSON.stringify(image.flags),
    patient_id: image.patientId,
    study_id: image.studyId,
    given_split: image.givenSplit,
    import_id: image.importId,
    added_at: new Date().toISOString(),
  };
  const names = Object.keys(columns);
  const sql = `INSERT INTO images (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  return { id: store.run(sql, ...Object.values(columns)).id, outcome: 'added' };
}

/** Where the file of an image was when it was imported. */
export interface StoredLocation {
  readonly sourceId: number;
  /** As stored in `sources`: absolute, or `project:…`. */
  readonly folder: string;
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly fileBytes: number;
}

/** All known locations of a file's images: one, unless frames were imported from different copies. */
export function locationsOf(store: ProjectStore, hash: string): StoredLocation[] {
  return store.all<StoredLocation>(
    `SELECT DISTINCT source_id AS sourceId, sources.folder, path, file_bytes AS fileBytes
     FROM images JOIN sources ON sources.id = source_id WHERE hash = ?`,
    hash,
  );
}

/**
 * Moves a file's images from one location to another; labels, splits and history are kept. Includes removed images, so
 * that undoing their removal finds the file. Returns how many of them are in the dataset.
 */
export function moveImages(
  store: ProjectStore,
  hash: string,
  from: StoredLocation,
  to: Pick<StoredLocation, 'sourceId' | 'path'>,
): number {
  const [present = 0] = store.column<number>(
    'SELECT count(*) FROM images WHERE hash = ? AND source_id = ? AND path = ? AND removed_at IS NULL',
    hash,
    from.sourceId,
    from.path,
  );
  store.run(
    'UPDATE images SET source_id = ?, path = ?, path_key = ? WHERE hash = ? AND source_id = ? AND path = ?',
    to.sourceId,
    to.path,
    naturalKey(to.path),
    hash,
    from.sourceId,
    from.path,
  );
  return present;
}

/** The patient of other frames of this file, including removed ones: frames stay with their file. */
export function patientOfFile(store: ProjectStore, hash: string): number | null {
  const row = store.get<{ patient_id: number }>(
    'SELECT patient_id FROM images WHERE hash = ? AND patient_id IS NOT NULL ORDER BY frame LIMIT 1',
    hash,
  );
  return row?.patient_id ?? null;
}

/** The patient of each image that has a known one. */
export function patientsOf(store: ProjectStore): ReadonlyMap<number, number> {
  return new Map(
    store.json<[number, number][]>(
      `SELECT json_group_array(json_array(id, patient_id)) FROM images
       WHERE removed_at IS NULL AND patient_id IS NOT NULL`,
    ),
  );
}

/** Assigns a patient to the frames of a file that have none. */
export function groupFrames(store: ProjectStore, hash: string, patient: number): void {
  store.run('UPDATE images SET patient_id = ? WHERE hash = ? AND patient_id IS NULL', patient, hash);
}

interface SummaryRow {
  readonly id: number;
  readonly path: string;
  readonly kind: ImageKind;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly frame: number;
  readonly modality: string | null;
  readonly label: string | null;
  readonly split: SplitName | null;
  readonly patient: number | null;
  readonly flags: string;
  readonly removed_at: string | null;
}

// The frames of a file with an unknown patient share a number, which is not a patient's.
const SUMMARY = `images.id, path, kind, width, height, frames, frame, modality, classes.name AS label, split,
  (SELECT patients.id FROM patients WHERE patients.id = patient_id AND origin <> 'file') AS patient, flags, removed_at
  FROM images LEFT JOIN classes ON classes.id = images.label_id`;

function toSummary(row: SummaryRow): ImageSummary {
  const { removed_at, flags, ...rest } = row;
  const list = JSON.parse(flags) as string[];
  return { ...rest, flags: removed_at === null ? list : [...list, 'removed'] };
}

/** In the order of `ids`; ids that do not exist are left out. Removed images have the flag `removed`. */
export function imagesById(store: ProjectStore, ids: readonly number[]): ImageSummary[] {
  const rows = store.all<SummaryRow>(
    `SELECT ${SUMMARY} WHERE images.id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
  const byId = new Map(rows.map((row) => [row.id, toSummary(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** All properties of one image except its tags and history. */
export interface StoredImage extends ImageSummary {
  readonly hash: string;
  readonly sourceFolder: string;
  readonly fileBytes: number;
  readonly colour: boolean;
  readonly bitsStored: number | null;
  readonly photometricInterpretation: string | null;
  readonly transferSyntax: string | null;
  readonly window: { readonly center: number; readonly width: number } | null;
  readonly range: { readonly min: number; readonly max: number };
  readonly study: number | null;
  readonly sex: string | null;
  readonly age: number | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
}

interface DetailRow extends SummaryRow {
  readonly hash: string;
  readonly folder: string;
  readonly file_bytes: number;
  readonly colour: number;
  readonly bits_stored: number | null;
  readonly photometric_interpretation: string | null;
  readonly transfer_syntax: string | null;
  readonly window_center: number | null;
  readonly window_width: number | null;
  readonly range_min: number;
  readonly range_max: number;
  readonly study_id: number | null;
  readonly sex: string | null;
  readonly age: number | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
}

export function imageDetail(store: ProjectStore, id: number): StoredImage | null {
  const row = store.get<DetailRow>(
    `SELECT hash, sources.folder, file_bytes, colour, bits_stored, photometric_interpretation, transfer_syntax,
       window_center, window_width, range_min, range_max, study_id, sex, age, manufacturer, model, ${SUMMARY}
     JOIN sources ON sources.id = images.source_id WHERE images.id = ?`,
    id,
  );
  if (row === undefined) return null;
  const { id: image, path, kind, width, height, frames, frame } = row;
  const { modality, label, split, patient, flags, removed_at } = row;
  return {
    ...toSummary({
      id: image,
      path,
      kind,
      width,
      height,
      frames,
      frame,
      modality,
      label,
      split,
      patient,
      flags,
      removed_at,
    }),
    hash: row.hash,
    sourceFolder: row.folder,
    fileBytes: row.file_bytes,
    colour: row.colour === 1,
    bitsStored: row.bits_stored,
    photometricInterpretation: row.photometric_interpretation,
    transferSyntax: row.transfer_syntax,
    window:
      row.window_center === null || row.window_width === null
        ? null
        : { center: row.window_center, width: row.window_width },
    range: { min: row.range_min, max: row.range_max },
    study: row.study_id,
    sex: row.sex,
    age: row.age,
    manufacturer: row.manufacturer,
    model: row.model,
  };
}

export type ImageSort = 'path' | 'label' | 'split' | 'patient' | 'added';

/**
 * Ids of the images that match the filter, in display order. Every order follows an index, and "by label" and "by
 * split" list the classes or splits one after another, so that nothing is sorted here.
 */
export function imageIds(store: ProjectStore, filter: ImageFilter, sort: ImageSort): number[] {
  const { conditions, parameters } = filterSql(store, filter);
  const list = (more: string | null, values: readonly SqlValue[], order: string): number[] =>
    store.json<number[]>(
      `SELECT json_group_array(id) FROM (SELECT id FROM images
       WHERE ${[...conditions, ...(more === null ? [] : [more])].join(' AND ')} ORDER BY ${order})`,
      ...parameters,
      ...values,
    );
  switch (sort) {
    case 'path':
      return list(null, [], 'path_key, path, id');
    case 'added':
      return list(null, [], 'id');
    case 'patient':
      return list(null, [], 'patient_id, path_key, id');
    case 'label':
      return [
        ...classesByName(store).flatMap((one) => list('label_id = ?', [one.id], 'path_key, id')),
        ...list('label_id IS NULL', [], 'path_key, id'),
      ];
    case 'split':
      return [
        ...splitNames.flatMap((split) => list('split = ?', [split], 'path_key, id')),
        ...list('split IS NULL', [], 'path_key, id'),
      ];
  }
}

function filterSql(
  store: ProjectStore,
  filter: ImageFilter,
): { readonly conditions: string[]; readonly parameters: SqlValue[] } {
  const conditions = ['removed_at IS NULL'];
  const parameters: SqlValue[] = [];
  const where = (condition: string, ...values: SqlValue[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (filter.label === null || filter.unlabelled === true) where('label_id IS NULL');
  if (typeof filter.label === 'string') {
    where('label_id = ?', classesByName(store).find((one) => one.name === filter.label)?.id ?? -1);
  }
  if (filter.unlabelled === false) where('label_id IS NOT NULL');
  if (filter.split === null) where('split IS NULL');
  if (typeof filter.split === 'string') where('split = ?', filter.split);
  if (filter.patient !== undefined) where('patient_id = ?', filter.patient);
  if (filter.modality !== undefined) where('modality = ?', filter.modality);
  if (filter.flag !== undefined) {
    where('EXISTS (SELECT 1 FROM json_each(images.flags) WHERE json_each.value = ?)', filter.flag);
  }
  if (filter.sex !== undefined) where(`${SEX_SQL} = ?`, filter.sex);
  if (filter.site !== undefined) where(`${originSql('site')} = ?`, filter.site);
  if (filter.text !== undefined && filter.text !== '') {
    where(`path LIKE ? ESCAPE '\\'`, `%${filter.text.replace(/[\\%_]/g, (special) => `\\${special}`)}%`);
  }
  if (filter.ids !== undefined) where('id IN (SELECT value FROM json_each(?))', JSON.stringify(filter.ids));
  return { conditions, parameters };
}

/** Marks images as removed (or not). Labels, splits and cache are kept, so that it can be undone. */
export function setRemoved(store: ProjectStore, ids: readonly number[], removed: boolean): number {
  return store.run(
    `UPDATE images SET removed_at = ? WHERE (removed_at IS NULL) = ? AND id IN (SELECT value FROM json_each(?))`,
    removed ? new Date().toISOString() : null,
    removed ? 1 : 0,
    JSON.stringify(ids),
  ).changes;
}

/** The members of `ids` that are in the dataset. */
export function presentIds(store: ProjectStore, ids: readonly number[]): number[] {
  return store.column<number>(
    'SELECT id FROM images WHERE removed_at IS NULL AND id IN (SELECT value FROM json_each(?))',
    JSON.stringify(ids),
  );
}
