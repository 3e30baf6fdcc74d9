import type { SplitName } from '#shared/models/dataset';
import type { ProjectStore } from './open';
import { originSql } from './origins';

/** Labelled images with equal values of every balance factor. */
export interface BalanceGroup {
  readonly label: number;
  readonly split: SplitName | null;
  readonly patient: number | null;
  readonly sex: string | null;
  /** Whole years. */
  readonly age: number | null;
  readonly scanner: string | null;
  readonly site: string | null;
  readonly modality: string | null;
  readonly images: number;
}

type Row = [
  number,
  SplitName | null,
  number | null,
  string | null,
  number | null,
  string | null,
  string | null,
  string | null,
  number,
];

export function balanceGroups(store: ProjectStore): BalanceGroup[] {
  return store
    .json<Row[]>(
      `SELECT json_group_array(json_array(label_id, split, patient_id, sex, years, scanner, site, modality, n)) FROM (
         SELECT label_id, split, patient_id, sex, CAST(floor(age) AS INTEGER) AS years, ${originSql('scanner')} AS scanner,
           ${originSql('site')} AS site, modality, count(*) AS n
         FROM images WHERE removed_at IS NULL AND label_id IS NOT NULL
         GROUP BY label_id, split, patient_id, sex, years, scanner, site, modality)`,
    )
    .map(([label, split, patient, sex, age, scanner, site, modality, images]) => ({
      label,
      split,
      patient,
      sex,
      age,
      scanner,
      site,
      modality,
      images,
    }));
}
