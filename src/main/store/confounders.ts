import { createHash } from 'node:crypto';
import type { ImageKind } from '#shared/models/dataset';
import type { ProjectStore } from './open';

/** A labelled image with the metadata of its file. Running numbers represent patient, site and station. */
export interface ConfounderRow {
  readonly id: number;
  readonly label: number;
  readonly patient: number | null;
  readonly kind: ImageKind;
  readonly width: number;
  readonly height: number;
  readonly modality: string | null;
  readonly bitsStored: number | null;
  readonly photometric: string | null;
  readonly syntax: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly station: number | null;
  readonly site: number | null;
  /** The lab's own name for the site, if a table gave one. */
  readonly siteName: string | null;
  readonly year: number | null;
  readonly sex: string | null;
  readonly age: number | null;
}

const ROWS = `SELECT json_group_array(json_array(id, label_id, patient_id, kind, width, height, modality, bits_stored,
    photometric_interpretation, transfer_syntax, manufacturer, model, station_id, site_id, site_name, acquired_year,
    sex, age)) AS list FROM (
  SELECT images.*, origins.name AS site_name FROM images LEFT JOIN origins ON origins.id = site_id
  WHERE removed_at IS NULL AND label_id IS NOT NULL ORDER BY hash, frame)`;

type Row = readonly [
  number,
  number,
  number | null,
  ImageKind,
  number,
  number,
  string | null,
  number | null,
  string | null,
  string | null,
  string | null,
  string | null,
  number | null,
  number | null,
  string | null,
  number | null,
  string | null,
  number | null,
];

/** Ordered by content, independent of the order of import. */
export function confounderRows(store: ProjectStore): ConfounderRow[] {
  return store.json<Row[]>(ROWS).map((row) => ({
    id: row[0],
    label: row[1],
    patient: row[2],
    kind: row[3],
    width: row[4],
    height: row[5],
    modality: row[6],
    bitsStored: row[7],
    photometric: row[8],
    syntax: row[9],
    manufacturer: row[10],
    model: row[11],
    station: row[12],
    site: row[13],
    siteName: row[14],
    year: row[15],
    sex: row[16],
    age: row[17],
  }));
}

/** A hash that changes with any label, patient, tag or group of duplicates. */
export function confounderState(store: ProjectStore): string {
  const images = store.get<{ list: string }>(ROWS)?.list ?? '';
  const pairs = store.column<number>(`SELECT count(*) FROM duplicate_pairs WHERE verdict IS NOT 'different'`)[0] ?? 0;
  return createHash('sha256').update(`${pairs} ${images}`).digest('hex');
}
