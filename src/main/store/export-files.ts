import type { ImageKind, SplitName } from '#shared/models/dataset';
import type { ProjectStore, SqlValue } from './open';

/** An image of the dataset, as needed for an export. */
export interface ExportImage {
  readonly id: number;
  readonly hash: string;
  readonly fileBytes: number;
  readonly kind: ImageKind;
  readonly modality: string | null;
  readonly burnedIn: 'yes' | 'no' | null;
  readonly label: string | null;
  readonly split: SplitName | null;
  /** Running number. */
  readonly patient: number | null;
  readonly sex: string | null;
  /** Years. */
  readonly age: number | null;
}

/** Images of the dataset by content, frames of a file one after another: an order that reveals nothing about names. */
export function exportImages(
  store: ProjectStore,
  { split, labelledOnly }: { readonly split: SplitName | null; readonly labelledOnly: boolean },
): ExportImage[] {
  const conditions = ['removed_at IS NULL', ...(split === null ? [] : ['split = ?'])];
  if (labelledOnly) conditions.push('label_id IS NOT NULL');
  const parameters: SqlValue[] = split === null ? [] : [split];
  return store.all<{ [Column in keyof ExportImage]: ExportImage[Column] }>(
    `SELECT images.id, hash, file_bytes AS fileBytes, kind, modality, burned_in AS burnedIn, classes.name AS label,
       split, patient_id AS patient, sex, age
     FROM images LEFT JOIN classes ON classes.id = images.label_id
     WHERE ${conditions.join(' AND ')} ORDER BY hash, frame`,
    ...parameters,
  );
}
