import { randomUUID } from 'node:crypto';
import { FoveaError } from '#shared/ipc/errors';
import type { ImportOptions, ImportPlan, ImportResult, SplitSummary } from '#shared/models/dataset';
import type { TableAnswers } from '#shared/models/label-table';
import type { DecodePool } from '../../decode-host/client';
import { scanPaths } from '../../ingest/dataset/scan';
import { currentSplit } from '../../store/splits';
import type { Events } from '../core/events';
import type { JobHandle } from '../core/jobs';
import { findDuplicates } from '../duplicates/duplicate-search';
import { namesTakenIn, settleNames } from '../label-tables/class-names';
import { tableQuestionsOf } from '../label-tables/label-table-changes';
import type { HeldWords } from '../label-tables/label-table-preview';
import { firstReasons } from '../label-tables/left-out';
import { matchTable } from '../label-tables/match-table';
import { requireAnswers } from '../label-tables/open-questions';
import type { LabelTable } from '../label-tables/read-label-table';
import type { OpenProject } from '../project/projects';
import {
  type ImportIdentity,
  readIdentities,
  resolveOfImport,
  siteProblemsOfImport,
  speaksOfIdentities,
  speaksOfSites,
} from './import-identities';
import { patientsByPattern } from './import-pattern';
import { type ImportScan, toImportScan, toPlan } from './import-plan';
import { runImport, tableTargets } from './import-run';

/** What a person brings along with the files: a table, a pattern for patients, and answers to what these ask. */
export interface ImportWords {
  readonly table: LabelTable | null;
  readonly groupPattern: string | null;
  readonly answers: TableAnswers;
}

export interface Imports {
  /** Looks at files and folders (absolute paths) and says what an import would do. Writes nothing. */
  scan(project: OpenProject, paths: readonly string[], signal?: AbortSignal): Promise<ImportPlan>;
  /**
   * Holds what a person brings along against the files of a plan, reading the heads of DICOM files once where patients
   * or UIDs are spoken of. Throws `plan_unknown`, `pattern_invalid`, `pattern_slow`.
   */
  hold(project: OpenProject, plan: string, words: ImportWords): Promise<HeldWords>;
  /**
   * Does it, with the labels of a table where one is given. A file that cannot be read is a line of the result. Throws
   * `plan_unknown`, `nothing_to_import`, `pattern_invalid`, `pattern_slow`, `question_open`, `class_names_similar`,
   * `disk_full`, `project_unwritable`. Cancelling gives the result so far.
   */
  run(
    project: OpenProject,
    plan: string,
    options: ImportOptions,
    table: LabelTable | null,
    handle: JobHandle,
  ): Promise<ImportResult>;
}

interface KeptPlan {
  readonly project: string;
  readonly scan: ImportScan;
  /** What the files say of themselves, once that was asked. */
  identities: Promise<(ImportIdentity | null)[]> | null;
}

/** Plans that are kept: a person looks at one or two before one is carried out. */
const KEPT_PLANS = 8;

export function createImports(options: {
  readonly events: Events;
  readonly pool: DecodePool;
  readonly splits: {
    splitAsGiven(project: OpenProject): SplitSummary | null | Promise<SplitSummary | null>;
  };
}): Imports {
  const { events, pool, splits } = options;
  const plans = new Map<string, KeptPlan>();

  const planOf = (project: OpenProject, id: string): KeptPlan => {
    const plan = plans.get(id);
    if (plan === undefined || plan.project !== project.id) {
      throw new FoveaError('plan_unknown', 'What was to be imported is not known any more.', {
        hint: 'Choose the files or folders again.',
      });
    }
    return plan;
  };

  const identitiesOf = (project: OpenProject, plan: KeptPlan, handle?: JobHandle) => {
    plan.identities ??= readIdentities(project, plan.scan.sources, pool, {
      ...(handle === undefined ? {} : { signal: handle.signal }),
      onProgress: (done, total) => handle?.progress('reading who the files are of', done, total),
    }).catch((error: unknown) => {
      plan.identities = null;
      throw error;
    });
    return plan.identities;
  };

  const holdWords = async (
    project: OpenProject,
    plan: KeptPlan,
    { table, groupPattern, answers }: ImportWords,
    handle?: JobHandle,
  ): Promise<HeldWords> => {
    const { sources } = plan.scan;
    const patternPatients =
      groupPattern === null || groupPattern === ''
        ? null
        : patientsByPattern(
            groupPattern,
            sources.map((file) => file.path),
          );
    const speaks = speaksOfIdentities(table) || patternPatients !== null;
    const identities = speaks || speaksOfSites(table) ? await identitiesOf(project, plan, handle) : null;
    const matched = table === null ? null : matchTable(table, tableTargets(sources, identities), project.store);
    const sites =
      matched === null || identities === null ? [] : siteProblemsOfImport(project.store, identities, matched.entries);
    const match = matched === null ? null : { ...matched, problems: [...matched.problems, ...sites] };
    const resolved =
      identities === null || !speaks
        ? null
        : resolveOfImport(project.store, identities, match?.entries ?? null, patternPatients, answers);
    const asked = resolved?.questions ?? [];
    const questions = table === null ? asked : tableQuestionsOf(table, asked);
    const folders = sources.map(({ label }) => label);
    return { files: sources.length, folders, match, patternPatients, resolved, questions };
  };

  return {
    async scan(project, paths, signal) {
      const scan = toImportScan(
        await scanPaths(paths, {
          readMediaDirectory: (bytes) => pool.mediaDirectory({ bytes }),
          ...(signal === undefined ? {} : { signal }),
        }),
      );
      const id = randomUUID();
      plans.set(id, { project: project.id, scan, identities: null });
      for (const old of [...plans.keys()].slice(0, -KEPT_PLANS)) plans.delete(old);
      return toPlan(id, project, scan);
    },
    hold: async (project, id, words) => holdWords(project, planOf(project, id), words),
    async run(project, id, importOptions, table, handle) {
      const plan = planOf(project, id);
      const { scan } = plan;
      if (scan.sources.length === 0) {
        throw new FoveaError('nothing_to_import', 'There is no DICOM, PNG or JPEG image in what you chose.', {
          hint: [firstReasons(scan.ignored), 'Choose the folder that holds the images, or the image files themselves.']
            .filter((one) => one !== null)
            .join(' '),
        });
      }
      const { groupPattern, answers } = importOptions;
      const held = await holdWords(project, plan, { table, groupPattern, answers }, handle);
      requireAnswers(held.questions, answers);
      const folders = importOptions.labelsFromFolders ? held.folders : [];
      const taken = namesTakenIn(held.match?.entries ?? [], folders);
      const { spelling, notes } = settleNames(project.store, taken, importOptions.classNames);
      const renamed = spelling.size === 0 ? table : (table?.renamed(spelling) ?? null);
      const result = await runImport(
        {
          project,
          sources: scan.sources.map((one) => ({ ...one, label: spelling.get(one.label ?? '') ?? one.label })),
          ignored: scan.ignored,
          options: importOptions,
          table: renamed,
          ...(spelling.size === 0
            ? held
            : await holdWords(project, plan, { table: renamed, groupPattern, answers }, handle)),
          notes,
          handle,
        },
        pool,
        events,
      );
      if (!handle.signal.aborted) {
        await findDuplicates(project, pool, { signal: handle.signal, onProgress: handle.progress }).catch(
          (error: unknown) => {
            // What is in stays in; the search goes on before the next split.
            if (!handle.signal.aborted) throw error;
          },
        );
      }
      if (result.added > 0) await takeGivenSplit(project);
      return result;
    },
  };

  /** Folders fix the split of a project that has none, or that has one from folders; a split of ours stays. */
  async function takeGivenSplit(project: OpenProject): Promise<void> {
    const present = currentSplit(project.store);
    if (present === null || present.grouping === 'folders') await splits.splitAsGiven(project);
  }
}
