import type { FileIdentity } from '#shared/identity/file-identity';
import { looseKey, shortHash } from './identity';
import type { ProjectStore } from './open';

/** The identifiers of a DICOM file as keyed hashes: equal if the texts are equal. Null if absent from the file. */
export interface FileKeys {
  /** PatientID without its issuer, in its loose form. */
  readonly patient: string | null;
  /** Accession number, hashed like `patient`, so that a patient id equal to the accession number has the same key. */
  readonly accession: string | null;
  /** Patient and study date. */
  readonly visit: string | null;
  readonly study: string | null;
  readonly series: string | null;
  readonly instance: string | null;
  /** Hashed with the PatientID (and issuer): not comparable between people with different ids. */
  readonly birthDate: string | null;
  readonly sex: string | null;
}

export const uidKey = (store: ProjectStore, uid: string): string => shortHash(store, 'uid', uid.trim());

/** `date` as YYYYMMDD. */
export const visitKey = (store: ProjectStore, patientKey: string, date: string): string =>
  shortHash(store, 'visit', `${patientKey} ${date}`);

/** Hashes the identifiers of a file; keeps none of them. */
export function fileKeys(store: ProjectStore, identity: FileIdentity): FileKeys {
  const { patient, patientId, accession, studyDate, birthDate, sex, study, series, sopInstance } = identity;
  const key = patientId === null ? null : looseKey(store, patientId);
  const uid = (text: string | null) => (text === null ? null : uidKey(store, text));
  const ofPatient = (domain: string, text: string | null) =>
    patient === null || text === null ? null : shortHash(store, domain, `${patient} ${text}`);
  return {
    patient: key,
    accession: accession === null ? null : looseKey(store, accession),
    visit: key === null || studyDate === null ? null : visitKey(store, key, studyDate),
    study: uid(study),
    series: uid(series),
    instance: uid(sopInstance),
    birthDate: ofPatient('birth date', birthDate),
    sex: ofPatient('sex', sex),
  };
}

/** Stores the keys of a file (`hash`: its SHA-256). A file's contents do not change, so existing keys are kept. */
export function storeFileKeys(store: ProjectStore, hash: string, keys: FileKeys): void {
  const { patient, accession, visit, study, series, instance, birthDate, sex } = keys;
  store.run(
    `INSERT INTO identities (hash, patient, accession, visit, study, series, instance, birth_date, sex)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING`,
    hash,
    patient,
    accession,
    visit,
    study,
    series,
    instance,
    birthDate,
    sex,
  );
}

export function hasFileKeys(store: ProjectStore, hash: string): boolean {
  return store.get('SELECT 1 FROM identities WHERE hash = ?', hash) !== undefined;
}

/** By hash of each file whose images are in the dataset. */
export function allFileKeys(store: ProjectStore): Map<string, FileKeys> {
  type Row = [string, ...(string | null)[]];
  const rows = store.json<Row[]>(
    `SELECT json_group_array(json_array(hash, patient, accession, visit, study, series, instance, birth_date, sex))
     FROM identities WHERE hash IN (SELECT hash FROM images WHERE removed_at IS NULL)`,
  );
  return new Map(
    rows.map(([hash, patient, accession, visit, study, series, instance, birthDate, sex]) => [
      hash,
      { patient, accession, visit, study, series, instance, birthDate, sex } as FileKeys,
    ]),
  );
}
