import { inParallel } from '#shared/async/in-parallel';
import { readIdentifier } from '#shared/identity/identifier';
import type { TableAnswers } from '#shared/models/label-table';
import type { DecodePool } from '../../decode-host/client';
import { type FileKeys, fileKeys } from '../../store/identities';
import { looseKey, type PatientRef, patientIndex, patientRef } from '../../store/identity';
import type { ProjectStore } from '../../store/open';
import { createClaimReader } from '../label-tables/label-table-changes';
import type { LabelTable } from '../label-tables/read-label-table';
import { type PatientClaim, type ResolvedPatients, resolvePatients } from '../label-tables/resolve-patients';
import { type ResolvedSites, resolveSites } from '../label-tables/site-changes';
import type { TableEntry } from '../label-tables/table-entry';
import type { OpenProject } from '../project/projects';
import { createUnpacker } from './import-archives';
import type { ImportSource } from './import-source';

/** Patient, identifiers and site of a file, hashed. */
export interface ImportIdentity {
  readonly patient: PatientRef | null;
  readonly keys: FileKeys;
  readonly site: string | null;
}

/** Headers read in parallel; keeps the decoders' queue short. */
const MAX_PARALLEL_READS = 8;

/** Whether a table can be used only together with the files' own identities. */
export function mentionsIdentities(table: LabelTable | null): boolean {
  return (
    table !== null &&
    (table.by !== 'path' ||
      table.entries.some(({ patient, patientAbove, study }) => patient !== null || patientAbove || study !== null))
  );
}

/** Whether a table names sites, which the files may name too. */
export const mentionsSites = (table: LabelTable | null): boolean =>
  table?.entries.some(({ site }) => site !== null) === true;

/** Decides whether the table's or the file's site counts for each file; see `resolveSites`. */
export function resolveSitesOfImport(
  store: ProjectStore,
  identities: readonly (ImportIdentity | null)[],
  entries: readonly (TableEntry | undefined)[],
  answers: TableAnswers,
): ResolvedSites {
  const keys = new Map<string, string>();
  const keyOf = (site: string): string => {
    const key = keys.get(site) ?? looseKey(store, site);
    keys.set(site, key);
    return key;
  };
  return resolveSites(
    identities.map((identity, index) => {
      const site = entries[index]?.site ?? null;
      return { present: identity?.site ?? null, claimed: site === null ? null : keyOf(site) };
    }),
    answers,
  );
}

/**
 * Reads each file's own identity, in the order of the sources; null for files other than DICOM, and for unreadable
 * ones, which the import reports. Rejects with the signal's reason when cancelled.
 */
export async function readIdentities(
  project: OpenProject,
  sources: readonly ImportSource[],
  pool: DecodePool,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<(ImportIdentity | null)[]> {
  const { store } = project;
  const total = sources.filter(({ kind }) => kind === 'dicom').length;
  const unpacker = createUnpacker(project.folder);
  let done = 0;
  const readOne = async (source: ImportSource): Promise<ImportIdentity | null> => {
    const unpacked = source.archived === null ? null : await unpacker.unpack(source.file, source.archived);
    try {
      const identity = await pool.identity({ path: unpacked?.path ?? source.file });
      if (identity === null) return null;
      const { patient, patientId, institution } = identity;
      return {
        patient: patient === null ? null : patientRef(store, patient, 'dicom', patientId ?? patient),
        keys: fileKeys(store, identity),
        site: institution === null ? null : looseKey(store, institution),
      };
    } finally {
      await unpacked?.remove();
    }
  };
  try {
    return await inParallel(sources, MAX_PARALLEL_READS, async (source) => {
      if (source.kind !== 'dicom') return null;
      options.signal?.throwIfAborted();
      const identity = await readOne(source).catch(() => null);
      done += 1;
      options.onProgress?.(done, total);
      return identity;
    });
  } finally {
    await unpacker.dispose();
  }
}

/** Resolves the patients of an import's files from table, pattern and files, in this order of precedence. */
export function resolveOfImport(
  store: ProjectStore,
  identities: readonly (ImportIdentity | null)[],
  entries: readonly (TableEntry | undefined)[] | null,
  patternPatients: readonly (string | null)[] | null,
  answers: TableAnswers,
): ResolvedPatients {
  const claimByTable = createClaimReader(store, 'table');
  const claimByPattern = createClaimReader(store, 'pattern');
  return resolvePatients(
    identities.map((identity, index): PatientClaim => {
      const entry = entries?.[index];
      const own = identity?.keys.patient ?? null;
      return {
        present: identity?.patient ?? null,
        ownNames: own === null ? [] : [own],
        claimed:
          claimByTable(entry?.patient ?? null) ?? claimByPattern(readIdentifier(patternPatients?.[index] ?? null)),
        patientAbove: entry?.patientAbove === true,
      };
    }),
    patientIndex(store),
    answers,
  );
}
