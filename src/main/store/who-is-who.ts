import type { ProjectStore } from './open';

/** First image of each distinct description of the person in a patient's files; all other fields are hashes. */
export interface Description {
  readonly image: number;
  readonly patient: number;
  /** Of the files' own patient id: a table may have joined several ids into one patient. */
  readonly id: string;
  readonly birthDate: string | null;
  readonly sex: string | null;
}

export function descriptionsOf(store: ProjectStore): Description[] {
  return store
    .json<[number, number, string, string | null, string | null][]>(
      `SELECT json_group_array(json_array(image, patient_id, id, birth_date, sex)) FROM (
         SELECT min(images.id) AS image, patient_id, identities.patient AS id, birth_date, identities.sex AS sex
         FROM images JOIN identities ON identities.hash = images.hash
         WHERE removed_at IS NULL AND patient_id IS NOT NULL AND identities.patient IS NOT NULL
         GROUP BY patient_id, identities.patient, birth_date, identities.sex ORDER BY image)`,
    )
    .map(([image, patient, id, birthDate, sex]) => ({ image, patient, id, birthDate, sex }));
}

/** First image of each patient whose id is the accession number of the file. */
export function namedByAccession(store: ProjectStore): { readonly image: number; readonly patient: number }[] {
  return store.all(
    `SELECT min(images.id) AS image, patient_id AS patient FROM images
     JOIN identities ON identities.hash = images.hash
     WHERE removed_at IS NULL AND patient_id IS NOT NULL AND identities.patient = accession
     GROUP BY patient_id ORDER BY image`,
  );
}

/** First image of each patient whose identifier differs from another patient's only in spelling, with the loose key. */
export function similarIdentifiers(
  store: ProjectStore,
): { readonly image: number; readonly patient: number; readonly key: string }[] {
  return store.all(
    `WITH seen AS (
       SELECT patients.id AS patient, loose AS key, min(images.id) AS image FROM patients
       JOIN images ON images.patient_id = patients.id AND removed_at IS NULL
       WHERE loose IS NOT NULL GROUP BY patients.id)
     SELECT image, patient, key FROM seen
     WHERE key IN (SELECT key FROM seen GROUP BY key HAVING count(*) > 1) ORDER BY image`,
  );
}

/** First image of each patient in the given studies. */
export function firstOfStudies(
  store: ProjectStore,
  studies: readonly number[],
): { readonly image: number; readonly study: number; readonly patient: number }[] {
  return store.all(
    `SELECT min(id) AS image, study_id AS study, patient_id AS patient FROM images
     WHERE removed_at IS NULL AND patient_id IS NOT NULL AND study_id IN (SELECT value FROM json_each(?))
     GROUP BY study_id, patient_id ORDER BY image`,
    JSON.stringify(studies),
  );
}
