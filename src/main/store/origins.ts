import type { OriginKind } from '#shared/models/held-out';
import type { ProjectStore } from './open';

/** SQL expressions for the name of an image's origin; null if unknown. */
const VALUES: Readonly<Record<OriginKind, string>> = {
  site: `(SELECT coalesce(name, 'Site ' || id) FROM origins WHERE id = images.site_id)`,
  station: `(SELECT coalesce(name, 'Station ' || id) FROM origins WHERE id = images.station_id)`,
  scanner: `nullif(trim(coalesce(manufacturer, '') || ' ' || coalesce(model, '')), '')`,
};

export const originSql = (kind: OriginKind): string => VALUES[kind];

/** Labelled images of one origin, class and patient. */
export interface OriginGroup {
  readonly value: string | null;
  readonly label: number;
  readonly patient: number | null;
  readonly images: number;
}

export function originGroups(store: ProjectStore, kind: OriginKind): OriginGroup[] {
  return store
    .json<[string | null, number, number | null, number][]>(
      `SELECT json_group_array(json_array(value, label_id, patient_id, n)) FROM (
         SELECT ${VALUES[kind]} AS value, label_id, patient_id, count(*) AS n FROM images
         WHERE removed_at IS NULL AND label_id IS NOT NULL GROUP BY value, label_id, patient_id)`,
    )
    .map(([value, label, patient, images]) => ({ value, label, patient, images }));
}

/** Origin of each labelled image, without images of unknown origin. */
export function imageOrigins(store: ProjectStore, kind: OriginKind): Map<number, string> {
  return new Map(
    store.json<[number, string][]>(
      `SELECT json_group_array(json_array(id, value)) FROM (SELECT id, ${VALUES[kind]} AS value FROM images
         WHERE removed_at IS NULL AND label_id IS NOT NULL) WHERE value IS NOT NULL`,
    ),
  );
}
