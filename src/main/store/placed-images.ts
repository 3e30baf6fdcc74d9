import type { SplitName } from '#shared/models/dataset';
import type { ProjectStore } from './open';

export interface PlacedImage {
  readonly image: number;
  readonly hash: string;
  readonly frame: number;
  readonly patient: number | null;
  readonly study: number | null;
  readonly isLabelled: boolean;
  readonly split: SplitName | null;
}

/** Every image of the dataset with its split in the current one, by id. */
export function allPlacedImages(store: ProjectStore): PlacedImage[] {
  return store
    .json<[number, string, number, number | null, number | null, number | null, SplitName | null][]>(
      `SELECT json_group_array(json_array(id, hash, frame, patient_id, study_id, label_id, split)) FROM
         (SELECT id, hash, frame, patient_id, study_id, label_id, split FROM images WHERE removed_at IS NULL ORDER BY id)`,
    )
    .map(([image, hash, frame, patient, study, label, split]) => ({
      image,
      hash,
      frame,
      patient,
      study,
      isLabelled: label !== null,
      split,
    }));
}
