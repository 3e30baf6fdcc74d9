import { createHmac, randomBytes } from 'node:crypto';
import { looseIdentifier } from '#shared/identity/identifier';
import { getMeta, setMeta } from './meta';
import type { ProjectStore } from './open';

const SECRET_BYTES = 32;

/** The project's own key for identities: made once, at random, so that hashes of two projects cannot be joined. */
function projectSecret(store: ProjectStore): Buffer {
  const present = getMeta(store, 'identity_secret');
  if (present !== null) return Buffer.from(present, 'hex');
  return store.transaction(() => {
    const secret = randomBytes(SECRET_BYTES);
    setMeta(store, 'identity_secret', secret.toString('hex'));
    return secret;
  });
}

export type PatientOrigin = 'dicom' | 'table' | 'pattern';

function keyedHash(store: ProjectStore, domain: string, identifier: string): string {
  return hashWith(projectSecret(store), domain, identifier);
}

function hashWith(secret: Buffer, domain: string, identifier: string): string {
  return createHmac('sha256', secret).update(`${domain}\u0000${identifier}`).digest('hex');
}

/** A patient by hashes alone, made from an identifier that is then forgotten. */
export interface PatientRef {
  readonly key: string;
  /** Of the identifier as it is compared, without its issuer; empty where it is not known (older projects). */
  readonly loose: string;
  readonly origin: PatientOrigin;
}

/** `identifier`: PatientID with issuer, or what a table or pattern gave; `id`: the same without the issuer. */
export function patientRef(
  store: ProjectStore,
  identifier: string,
  origin: PatientOrigin,
  id: string = identifier,
): PatientRef {
  return { key: keyedHash(store, 'patient', identifier), loose: looseKey(store, id), origin };
}

/** Hash of an identifier as it is compared: equal for those that differ only in how they are written. */
export const looseKey = (store: ProjectStore, identifier: string): string =>
  shortHash(store, 'loose', looseIdentifier(identifier));

/** Half of a keyed hash: 128 bits, in 22 characters. */
export const shortHash = (store: ProjectStore, domain: string, text: string): string =>
  Buffer.from(keyedHash(store, domain, text), 'hex')
    .subarray(0, 16)
    .toString('base64url');

/** Running number of a patient, made where the patient is new. One key from different origins is one patient. */
export function patientOf(store: ProjectStore, { key, loose, origin }: PatientRef): number {
  const present = knownPatient(store, key);
  if (present !== null) {
    store.run('UPDATE patients SET loose = ? WHERE id = ? AND key = ? AND loose IS NULL', loose, present, key);
    return present;
  }
  return store.run('INSERT INTO patients (key, origin, loose) VALUES (?, ?, ?)', key, origin, loose).id;
}

/** Number of the patient with this key or other name; null where there is none. */
function knownPatient(store: ProjectStore, key: string): number | null {
  const row = store.get<{ id: number }>(
    `SELECT id FROM patients WHERE key = ?1
     UNION ALL SELECT patient_id FROM patient_aliases WHERE key = ?1 LIMIT 1`,
    key,
  );
  return row?.id ?? null;
}

/** As `patientOf`, from the identifier itself, which is hashed with the project's secret and not kept. */
export const patientNumber = (store: ProjectStore, identifier: string, origin: PatientOrigin): number =>
  patientOf(store, patientRef(store, identifier, origin));

/** Gives a patient another name; answers whether it is new. */
export function addPatientAlias(
  store: ProjectStore,
  { key, loose }: Pick<PatientRef, 'key' | 'loose'>,
  patient: number,
): boolean {
  if (knownPatient(store, key) !== null) return false;
  store.run('INSERT INTO patient_aliases (key, loose, patient_id) VALUES (?, ?, ?)', key, loose, patient);
  return true;
}

export function removePatientAlias(store: ProjectStore, key: string): void {
  store.run('DELETE FROM patient_aliases WHERE key = ?', key);
}

/**
 * Running number that the frames of one file share where no patient is known: frames of one recording are as alike as
 * a patient's images are, and must not stand on two sides of a split. `hash` is the file's SHA-256.
 */
export function fileGroupNumber(store: ProjectStore, hash: string): number {
  const key = keyedHash(store, 'file', hash);
  const present = store.get<{ id: number }>('SELECT id FROM patients WHERE key = ?', key);
  return present?.id ?? store.run('INSERT INTO patients (key, origin) VALUES (?, ?)', key, 'file').id;
}

/**
 * Running number of a site or a station, from what a file or a table says, which is hashed and not kept. `name`: the
 * lab's own word for it from a table, shown in place of the number.
 */
export function originNumber(
  store: ProjectStore,
  kind: 'site' | 'station',
  identifier: string,
  name: string | null = null,
): number {
  const key = keyedHash(store, kind, identifier);
  const present = store.get<{ id: number; name: string | null }>('SELECT id, name FROM origins WHERE key = ?', key);
  if (present !== undefined && present.name === null && name !== null) {
    store.run('UPDATE origins SET name = ? WHERE id = ?', name, present.id);
  }
  return present?.id ?? store.run('INSERT INTO origins (kind, key, name) VALUES (?, ?, ?)', kind, key, name).id;
}

/** Sites by their names, as identifiers are compared. */
export function namedSites(store: ProjectStore): Map<string, number> {
  const rows = store.all<{ id: number; name: string }>(
    `SELECT id, name FROM origins WHERE kind = 'site' AND name IS NOT NULL ORDER BY id DESC`,
  );
  return new Map(rows.map(({ id, name }) => [looseIdentifier(name), id]));
}

/** As `originNumber` for a site that a table names: one that is written nearly as a known name is that one. */
export const siteNumber = (store: ProjectStore, name: string): number =>
  namedSites(store).get(looseIdentifier(name)) ?? originNumber(store, 'site', name, name);

/** Running number of a study, from its StudyInstanceUID, which is hashed and not kept. */
export function studyNumber(store: ProjectStore, uid: string, patient: number | null): number {
  const key = keyedHash(store, 'study', uid);
  const present = store.get<{ id: number }>('SELECT id FROM studies WHERE key = ?', key);
  return present?.id ?? store.run('INSERT INTO studies (key, patient_id) VALUES (?, ?)', key, patient).id;
}

/** A key of the project for one purpose, in hex: who has it can undo nothing that another purpose hashed. */
export function derivedKey(store: ProjectStore, purpose: string): string {
  return keyedHash(store, 'key', purpose);
}

/** A look-up of the numbers that identifiers have already; null where one is new. Writes nothing. */
export function knownNumbers(store: ProjectStore, kind: 'study' | 'site'): (identifier: string) => number | null {
  const secret = getMeta(store, 'identity_secret');
  if (secret === null) return () => null;
  const table = kind === 'study' ? 'studies' : 'origins';
  const numbers = new Map(store.json<[string, number][]>(`SELECT json_group_array(json_array(key, id)) FROM ${table}`));
  const key = Buffer.from(secret, 'hex');
  return (identifier) => numbers.get(hashWith(key, kind, identifier)) ?? null;
}

/** Patients that are known by name, as they were when the book was made. */
export interface PatientBook {
  /** Whoever has this key, or has it as another name. */
  exact(key: string): PatientRef | null;
  /** Several where different patients are written nearly alike. */
  loose(key: string): readonly PatientRef[];
  /** By running number; null for one that only stands for a file. */
  numbered(id: number): PatientRef | null;
}

export function patientBook(store: ProjectStore): PatientBook {
  const rows = store.json<[number, string, string | null, PatientOrigin][]>(
    `SELECT json_group_array(json_array(id, key, loose, origin)) FROM patients WHERE origin <> 'file'`,
  );
  const aliases = store.json<[string, string, number][]>(
    'SELECT json_group_array(json_array(key, loose, patient_id)) FROM patient_aliases',
  );
  const byNumber = new Map<number, PatientRef>(
    rows.map(([id, key, loose, origin]) => [id, { key, loose: loose ?? '', origin }]),
  );
  const byKey = new Map([...byNumber.values()].map((ref) => [ref.key, ref]));
  const byLoose = new Map<string, PatientRef[]>();
  const addLoose = (loose: string, ref: PatientRef) => {
    const of = byLoose.get(loose) ?? [];
    if (loose !== '' && !of.includes(ref)) byLoose.set(loose, [...of, ref]);
  };
  for (const ref of byNumber.values()) addLoose(ref.loose, ref);
  for (const [key, loose, id] of aliases) {
    const ref = byNumber.get(id);
    if (ref === undefined) continue;
    byKey.set(key, ref);
    addLoose(loose, ref);
  }
  return {
    exact: (key) => byKey.get(key) ?? null,
    loose: (key) => byLoose.get(key) ?? [],
    numbered: (id) => byNumber.get(id) ?? null,
  };
}

/** Numbers that stand for a file whose patient nobody knows: see `fileGroupNumber`. */
export function fileGroups(store: ProjectStore): Set<number> {
  return new Set(store.column<number>(`SELECT id FROM patients WHERE origin = 'file'`));
}
