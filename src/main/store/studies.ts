import type { ProjectStore } from './open';

/** Studies whose images belong to several patients, with these patients; and the number of patients with a study. */
export function studiesWithSeveralPatients(store: ProjectStore): {
  readonly studies: ReadonlyMap<number, readonly number[]>;
  readonly patients: number;
} {
  const rows = store.json<[number, number][]>(
    `SELECT json_group_array(json_array(study_id, patient_id)) FROM (
       SELECT study_id, patient_id FROM images WHERE removed_at IS NULL AND patient_id IS NOT NULL AND study_id IN (
         SELECT study_id FROM images INDEXED BY images_study_patient
         WHERE removed_at IS NULL AND study_id IS NOT NULL GROUP BY study_id HAVING min(patient_id) <> max(patient_id))
       GROUP BY study_id, patient_id ORDER BY study_id, patient_id)`,
  );
  const studies = new Map<number, number[]>();
  for (const [study, patient] of rows) studies.set(study, [...(studies.get(study) ?? []), patient]);
  if (studies.size === 0) return { studies, patients: 0 };
  const [patients = 0] = store.column<number>(
    `SELECT count(DISTINCT patient_id) FROM images INDEXED BY images_study_patient
     WHERE removed_at IS NULL AND study_id IS NOT NULL`,
  );
  return { studies, patients };
}

/** Splits that contain images without a patient, by study. */
export function studiesWithoutPatient(store: ProjectStore): { readonly study: number; readonly split: string }[] {
  return store.all(
    `SELECT study_id AS study, split FROM images INDEXED BY images_study_patient
     WHERE removed_at IS NULL AND study_id IS NOT NULL AND patient_id IS NULL AND split IS NOT NULL
     GROUP BY study_id, split`,
  );
}
