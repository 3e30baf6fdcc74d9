import type { FileIdentity } from '#shared/identity/file-identity';
import { looseKey, shortHash } from './identity';
import type { ProjectStore } from './open';

/**
 * What a DICOM file says of whom and what it shows, as keyed hashes: equal where the texts are. Null where it does not
 * say.
 */
export interface FileKeys {
  /** PatientID without its issuer, as identifiers are compared. */
  readonly patient: string | null;
  /** Accession number, in the same way: a patient id that is the accession number has the same key. */
  readonly accession: string | null;
  /** Patient and study date. */
  readonly visit: string | null;
  readonly study: string | null;
  readonly series: string | null;
  readonly instance: string | null;
  /** Of one PatientID (with issuer): they say nothing of two people with different ids. */
  readonly birthDate: string | null;
  readonly sex: string | null;
}

export const uidKey = (store: ProjectStore, uid: string): string => shortHash(store, 'uid', uid.trim());

/** `date` as YYYYMMDD. */
export const visitKey = (store: ProjectStore, patientKey: string, date: string): string =>
  shortHash(store, 'visit', `${patientKey} ${date}`);

/** Hashes what a file says; nothing of it is kept. */
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

/** Keeps the keys of a file (`hash`: its SHA-256). What a file says does not change, so those that are there stay. */
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

/** By the hash of each file whose images are in the dataset. */
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
