import type { TableAnswers } from '#shared/models/label-table';
import type { ProjectStore } from '../../store/open';
import { tableQuestionsOf } from '../label-tables/label-table-changes';
import type { HeldWords } from '../label-tables/label-table-preview';
import { matchTable, type TableMatch, type TableTarget } from '../label-tables/match-table';
import type { LabelTable } from '../label-tables/read-label-table';
import type { ResolvedSites } from '../label-tables/site-changes';
import {
  type ImportIdentity,
  resolveOfImport,
  resolveSitesOfImport,
  speaksOfIdentities,
  speaksOfSites,
} from './import-identities';
import { patientsByPattern } from './import-pattern';
import type { ImportSource } from './import-source';

/** What a person brings along with the files: a table, a pattern for patients, and answers to what these ask. */
export interface ImportWords {
  readonly table: LabelTable | null;
  readonly groupPattern: string | null;
  readonly answers: TableAnswers;
}

/** The files of an import, and what they say of themselves; null where that was not read. */
export interface FilesToHold {
  readonly sources: readonly ImportSource[];
  readonly identities: readonly (ImportIdentity | null)[] | null;
}

/** What the files say of themselves is needed and was not read. */
export class IdentitiesUnread extends Error {}

/** Throws `IdentitiesUnread`, `pattern_invalid`, `pattern_slow`. */
export function holdWords(
  store: ProjectStore,
  { sources, identities: read }: FilesToHold,
  { table, groupPattern, answers }: ImportWords,
): HeldWords {
  const patternPatients =
    groupPattern === null || groupPattern === ''
      ? null
      : patientsByPattern(
          groupPattern,
          sources.map((file) => file.path),
        );
  const speaks = speaksOfIdentities(table) || patternPatients !== null;
  const isNeeded = speaks || speaksOfSites(table);
  if (isNeeded && read === null) throw new IdentitiesUnread();
  const identities = isNeeded ? read : null;
  const matched = table === null ? null : matchTable(table, tableTargets(sources, identities), store);
  const sites =
    matched === null || identities === null ? null : resolveSitesOfImport(store, identities, matched.entries, answers);
  const match =
    matched === null || sites === null ? matched : { ...matched, entries: withSites(matched.entries, sites) };
  const resolved =
    identities === null || !speaks
      ? null
      : resolveOfImport(store, identities, match?.entries ?? null, patternPatients, answers);
  const asked = [...(resolved?.questions ?? []), ...(sites?.questions ?? [])];
  const questions = table === null ? asked : tableQuestionsOf(table, asked);
  const folders = sources.map(({ label }) => label);
  return { files: sources.length, folders, match, patternPatients, resolved, questions };
}

/** Rows without their site where that of the file counts. */
const withSites = (entries: TableMatch['entries'], { isTaken }: ResolvedSites): TableMatch['entries'] =>
  entries.map((entry, index) =>
    entry === undefined || entry.site === null || isTaken[index] === true ? entry : { ...entry, site: null },
  );

/** The files of an import as a table is held against them: each is one file. */
function tableTargets(
  sources: readonly ImportSource[],
  identities: readonly (ImportIdentity | null)[] | null,
): TableTarget[] {
  return sources.map(({ path, root }, file) => ({ path, root, file, keys: identities?.[file]?.keys ?? null }));
}
