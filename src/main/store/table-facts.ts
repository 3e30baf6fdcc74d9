import type { ProjectStore } from './open';

/** The stored values of an image that a label table may change, except readings. */
export interface ImageFacts {
  readonly id: number;
  readonly path: string;
  /** The folder that the path is relative to. */
  readonly root: string;
  /** SHA-256 of the file. */
  readonly hash: string;
  /** Shared by the images of one file (its frames). */
  readonly file: string;
  readonly label: number | null;
  /** Origin of the current label, ignoring undone changes; null if it never had one. */
  readonly labelSource: string | null;
  readonly patient: number | null;
  readonly study: number | null;
  readonly site: number | null;
  readonly sex: string | null;
  readonly age: number | null;
}

/** Facts of every image in the dataset, by image id. */
export function imageFacts(store: ProjectStore): ImageFacts[] {
  return store.all<ImageFacts>(
    `SELECT images.id, path, sources.folder AS root, hash, source_id || '/' || path AS file, label_id AS label,
       (SELECT source FROM labels WHERE image_id = images.id AND class_id IS images.label_id AND source <> 'undo'
        ORDER BY labels.id DESC LIMIT 1) AS labelSource,
       patient_id AS patient, study_id AS study, site_id AS site, sex, age
     FROM images JOIN sources ON sources.id = source_id WHERE removed_at IS NULL ORDER BY images.id`,
  );
}

export type SubjectFacts = Pick<ImageFacts, 'id' | 'patient' | 'study' | 'site' | 'sex' | 'age'>;

/** Overwrites all of them. */
export function setFacts(store: ProjectStore, { id, patient, study, site, sex, age }: SubjectFacts): void {
  store.run(
    'UPDATE images SET patient_id = ?, study_id = ?, site_id = ?, sex = ?, age = ? WHERE id = ?',
    patient,
    study,
    site,
    sex,
    age,
    id,
  );
}
