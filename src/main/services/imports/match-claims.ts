import type { TableAnswers } from '#shared/models/label-table';
import type { ProjectStore } from '../../store/open';
import { tableQuestionsOf } from '../label-tables/label-table-changes';
import type { MatchedClaims } from '../label-tables/label-table-preview';
import { matchTable, type TableMatch, type TableTarget } from '../label-tables/match-table';
import type { LabelTable } from '../label-tables/read-label-table';
import type { ResolvedSites } from '../label-tables/site-changes';
import {
  type ImportIdentity,
  mentionsIdentities,
  mentionsSites,
  resolveOfImport,
  resolveSitesOfImport,
} from './import-identities';
import { patientsByPattern } from './import-pattern';
import type { ImportSource } from './import-source';

/** What a person supplies with the files: a table, a patient pattern, and answers to the questions they raise. */
export interface ImportClaims {
  readonly table: LabelTable | null;
  readonly groupPattern: string | null;
  readonly answers: TableAnswers;
}

/** The files of an import, and their own identities; null if these were not read. */
export interface ImportFiles {
  readonly sources: readonly ImportSource[];
  readonly identities: readonly (ImportIdentity | null)[] | null;
}

/** Thrown when the files' own identities are needed but were not read. */
export class IdentitiesUnread extends Error {}

/** Matches claims to the files of an import. Throws `IdentitiesUnread`, `pattern_invalid`, `pattern_slow`. */
export function matchClaims(
  store: ProjectStore,
  { sources, identities: read }: ImportFiles,
  { table, groupPattern, answers }: ImportClaims,
): MatchedClaims {
  const patternPatients =
    groupPattern === null || groupPattern === ''
      ? null
      : patientsByPattern(
          groupPattern,
          sources.map((file) => file.path),
        );
  const mentionsPatients = mentionsIdentities(table) || patternPatients !== null;
  const isNeeded = mentionsPatients || mentionsSites(table);
  if (isNeeded && read === null) throw new IdentitiesUnread();
  const identities = isNeeded ? read : null;
  const matched = table === null ? null : matchTable(table, tableTargets(sources, identities), store);
  const sites =
    matched === null || identities === null ? null : resolveSitesOfImport(store, identities, matched.entries, answers);
  const match =
    matched === null || sites === null ? matched : { ...matched, entries: withSites(matched.entries, sites) };
  const resolved =
    identities === null || !mentionsPatients
      ? null
      : resolveOfImport(store, identities, match?.entries ?? null, patternPatients, answers);
  const fileQuestions = [...(resolved?.questions ?? []), ...(sites?.questions ?? [])];
  const questions = table === null ? fileQuestions : tableQuestionsOf(table, fileQuestions);
  const folders = sources.map(({ label }) => label);
  return { files: sources.length, folders, match, patternPatients, resolved, questions };
}

/** Removes the site from rows for which the file's site counts. */
const withSites = (entries: TableMatch['entries'], { isAccepted }: ResolvedSites): TableMatch['entries'] =>
  entries.map((entry, index) =>
    entry === undefined || entry.site === null || isAccepted[index] === true ? entry : { ...entry, site: null },
  );

/** The files of an import as targets of a table, one per file. */
function tableTargets(
  sources: readonly ImportSource[],
  identities: readonly (ImportIdentity | null)[] | null,
): TableTarget[] {
  return sources.map(({ path, root }, file) => ({ path, root, file, keys: identities?.[file]?.keys ?? null }));
}
