import { createHmac, randomBytes } from 'node:crypto';
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

/**
 * Running number of a patient. `identifier` (PatientID with issuer, or what a table or pattern gave) is hashed with
 * the project's secret and not kept. Identifiers of one text from different origins are one patient.
 */
export function patientNumber(store: ProjectStore, identifier: string, origin: PatientOrigin): number {
  const key = keyedHash(store, 'patient', identifier);
  const present = store.get<{ id: number }>('SELECT id FROM patients WHERE key = ?', key);
  return present?.id ?? store.run('INSERT INTO patients (key, origin) VALUES (?, ?)', key, origin).id;
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

/** Running number of a study, from its StudyInstanceUID, which is hashed and not kept. */
export function studyNumber(store: ProjectStore, uid: string, patient: number | null): number {
  const key = keyedHash(store, 'study', uid);
  const present = store.get<{ id: number }>('SELECT id FROM studies WHERE key = ?', key);
  return present?.id ?? store.run('INSERT INTO studies (key, patient_id) VALUES (?, ?)', key, patient).id;
}

/** Keyed hash of a SOP Instance UID, which is not kept. */
export function instanceKey(store: ProjectStore, uid: string): string {
  return keyedHash(store, 'instance', uid);
}

/** A key of the project for one purpose, in hex: who has it can undo nothing that another purpose hashed. */
export function derivedKey(store: ProjectStore, purpose: string): string {
  return keyedHash(store, 'key', purpose);
}

/** A look-up of the numbers that identifiers have already; null where one is new. Writes nothing. */
export function knownNumbers(
  store: ProjectStore,
  kind: 'patient' | 'study' | 'site',
): (identifier: string) => number | null {
  const secret = getMeta(store, 'identity_secret');
  if (secret === null) return () => null;
  const table = kind === 'patient' ? 'patients' : kind === 'study' ? 'studies' : 'origins';
  const numbers = new Map(store.json<[string, number][]>(`SELECT json_group_array(json_array(key, id)) FROM ${table}`));
  const key = Buffer.from(secret, 'hex');
  return (identifier) => numbers.get(hashWith(key, kind, identifier)) ?? null;
}
