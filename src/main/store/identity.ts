import { createHmac, randomBytes } from 'node:crypto';
import { looseIdentifier } from '#shared/identity/identifier';
import { getMeta, setMeta } from './meta';
import type { ProjectStore } from './open';

const SECRET_BYTES = 32;

/** The project's own key for identities: random, created once, so that hashes of two projects cannot be joined. */
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

/** A patient by hashes alone, derived from an identifier that is not kept. */
export interface PatientRef {
  readonly key: string;
  /** Hash of the loose form of the identifier, without its issuer; empty if unknown (older projects). */
  readonly loose: string;
  readonly origin: PatientOrigin;
}

/** `identifier`: PatientID with issuer, or the value from a table or pattern; `id`: the same without the issuer. */
export function patientRef(
  store: ProjectStore,
  identifier: string,
  origin: PatientOrigin,
  id: string = identifier,
): PatientRef {
  return { key: keyedHash(store, 'patient', identifier), loose: looseKey(store, id), origin };
}

/** Hash of the loose form of an identifier: equal for identifiers that differ only in spelling. */
export const looseKey = (store: ProjectStore, identifier: string): string =>
  shortHash(store, 'loose', looseIdentifier(identifier));

/** Half of a keyed hash: 128 bits, in 22 characters. */
export const shortHash = (store: ProjectStore, domain: string, text: string): string =>
  Buffer.from(keyedHash(store, domain, text), 'hex')
    .subarray(0, 16)
    .toString('base64url');

/** Running number of a patient, created if the patient is new. One key from different origins is one patient. */
export function patientOf(store: ProjectStore, { key, loose, origin }: PatientRef): number {
  const present = knownPatient(store, key);
  if (present !== null) {
    store.run('UPDATE patients SET loose = ? WHERE id = ? AND key = ? AND loose IS NULL', loose, present, key);
    return present;
  }
  return store.run('INSERT INTO patients (key, origin, loose) VALUES (?, ?, ?)', key, origin, loose).id;
}

/** Number of the patient with this key or alias; null if there is none. */
function knownPatient(store: ProjectStore, key: string): number | null {
  const row = store.get<{ id: number }>(
    `SELECT id FROM patients WHERE key = ?1
     UNION ALL SELECT patient_id FROM patient_aliases WHERE key = ?1 LIMIT 1`,
    key,
  );
  return row?.id ?? null;
}

/** Like `patientOf`, from the identifier itself, which is hashed with the project's secret and not kept. */
export const patientNumber = (store: ProjectStore, identifier: string, origin: PatientOrigin): number =>
  patientOf(store, patientRef(store, identifier, origin));

/** Adds an alias to a patient; returns whether it is new. */
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
 * Running number shared by the frames of one file with an unknown patient: frames of one recording are as alike as a
 * patient's images, and must not end up in different splits. `hash` is the file's SHA-256.
 */
export function fileGroupNumber(store: ProjectStore, hash: string): number {
  const key = keyedHash(store, 'file', hash);
  const present = store.get<{ id: number }>('SELECT id FROM patients WHERE key = ?', key);
  return present?.id ?? store.run('INSERT INTO patients (key, origin) VALUES (?, ?)', key, 'file').id;
}

/**
 * Running number of a site or a station, from its identifier in a file or a table, which is hashed and not kept.
 * `name`: the lab's own name for it from a table, shown instead of the number.
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

/** Sites by the loose form of their names. */
export function namedSites(store: ProjectStore): Map<string, number> {
  const rows = store.all<{ id: number; name: string }>(
    `SELECT id, name FROM origins WHERE kind = 'site' AND name IS NOT NULL ORDER BY id DESC`,
  );
  return new Map(rows.map(({ id, name }) => [looseIdentifier(name), id]));
}

/** Like `originNumber` for a site named by a table: nearly equal spellings of a known name are the same site. */
export const siteNumber = (store: ProjectStore, name: string): number =>
  namedSites(store).get(looseIdentifier(name)) ?? originNumber(store, 'site', name, name);

/** Running number of a study, from its StudyInstanceUID, which is hashed and not kept. */
export function studyNumber(store: ProjectStore, uid: string, patient: number | null): number {
  const key = keyedHash(store, 'study', uid);
  const present = store.get<{ id: number }>('SELECT id FROM studies WHERE key = ?', key);
  return present?.id ?? store.run('INSERT INTO studies (key, patient_id) VALUES (?, ?)', key, patient).id;
}

/** A key of the project for one purpose, in hex: it is of no use against hashes made for another purpose. */
export function derivedKey(store: ProjectStore, purpose: string): string {
  return keyedHash(store, 'key', purpose);
}

/** Returns a lookup of the numbers of known identifiers; null for new ones. Writes nothing. */
export function knownNumbers(store: ProjectStore, kind: 'study' | 'site'): (identifier: string) => number | null {
  const secret = getMeta(store, 'identity_secret');
  if (secret === null) return () => null;
  const table = kind === 'study' ? 'studies' : 'origins';
  const numbers = new Map(store.json<[string, number][]>(`SELECT json_group_array(json_array(key, id)) FROM ${table}`));
  const key = Buffer.from(secret, 'hex');
  return (identifier) => numbers.get(hashWith(key, kind, identifier)) ?? null;
}

/** Index of the known patients at the time of its creation. */
export interface PatientIndex {
  /** The patient with this key or alias. */
  exact(key: string): PatientRef | null;
  /** Several if different patients have nearly equal identifiers. */
  loose(key: string): readonly PatientRef[];
  /** By running number; null for a number that represents a file. */
  numbered(id: number): PatientRef | null;
}

export function patientIndex(store: ProjectStore): PatientIndex {
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

/** Numbers that represent a file with an unknown patient: see `fileGroupNumber`. */
export function fileGroups(store: ProjectStore): Set<number> {
  return new Set(store.column<number>(`SELECT id FROM patients WHERE origin = 'file'`));
}
