import { randomUUID } from 'node:crypto';
import type { NameChoice } from '#shared/class-names/similar-names';
import { FoveaError } from '#shared/ipc/errors';
import type { ImportOptions, ImportPlan, ImportResult, SplitSummary } from '#shared/models/dataset';
import type { ColumnMapping, PatternPreview, TableAnswers, TablePreview } from '#shared/models/label-table';
import type { DecodePool } from '../../decode-host/client';
import { scanPaths } from '../../ingest/dataset/scan';
import { currentSplit } from '../../store/splits';
import { type Background, placeOf } from '../background/background';
import { type PackedList, packListInSlices } from '../background/packed-list';
import type { Events } from '../core/events';
import type { JobHandle } from '../core/jobs';
import { findDuplicates } from '../duplicates/duplicate-search';
import { firstReasons } from '../label-tables/skipped-files';
import type { OpenProject } from '../project/projects';
import { type ImportIdentity, readIdentities } from './import-identities';
import { type ImportScan, toImportScan } from './import-plan';
import { runImport } from './import-run';
import type { ImportSource } from './import-source';
import { importTasks, type PackedFiles } from './import-tasks';

export interface Imports {
  /** Scans files and folders (absolute paths) and plans their import. Writes nothing. */
  scan(project: OpenProject, paths: readonly string[], signal?: AbortSignal): Promise<ImportPlan>;
  /**
   * Previews a label table (absolute path) and its effect on the files of a plan; see `LabelTables.preview`. Reads the
   * headers of DICOM files once if the table mentions patients or UIDs. Throws `plan_unknown`, `labels_invalid`,
   * `pattern_invalid`, `pattern_slow`.
   */
  previewTable(
    project: OpenProject,
    plan: string,
    file: string,
    choices: {
      readonly mapping: ColumnMapping;
      readonly answers: TableAnswers;
      readonly groupPattern: string | null;
      readonly classNames: NameChoice;
    },
  ): Promise<TablePreview>;
  /** Previews the effect of a patient pattern. Throws `plan_unknown`, `pattern_invalid`, `pattern_slow`. */
  previewPattern(
    project: OpenProject,
    plan: string,
    groupPattern: string | null,
    answers: TableAnswers,
  ): Promise<PatternPreview>;
  /**
   * Carries out a plan, with the labels of a table (absolute path) if one is given. A file that cannot be read is a
   * line of the result. Throws `plan_unknown`, `nothing_to_import`, `labels_invalid`, `pattern_invalid`,
   * `pattern_slow`, `question_open`, `class_names_similar`, `disk_full`, `project_unwritable`. Cancelling returns the
   * result so far.
   */
  run(
    project: OpenProject,
    plan: string,
    options: ImportOptions,
    table: string | null,
    handle: JobHandle,
  ): Promise<ImportResult>;
}

interface KeptPlan {
  readonly project: string;
  readonly scan: ImportScan;
  readonly sources: PackedList<ImportSource>;
  /** The files' own identities, once requested. */
  identities: Promise<PackedList<ImportIdentity | null>> | null;
}

/** Plans kept at once: a person looks at one or two before carrying one out. */
const MAX_KEPT_PLANS = 8;

export function createImports(options: {
  readonly events: Events;
  readonly pool: DecodePool;
  readonly splits: {
    splitAsGiven(project: OpenProject): SplitSummary | null | Promise<SplitSummary | null>;
  };
  readonly background: Background;
}): Imports {
  const { events, pool, splits, background } = options;
  const plans = new Map<string, KeptPlan>();

  const planOf = (project: OpenProject, id: string): KeptPlan => {
    const plan = plans.get(id);
    if (plan === undefined || plan.project !== project.id) {
      throw new FoveaError('plan_unknown', 'This import plan has expired.', {
        hint: 'Choose the files or folders again.',
      });
    }
    return plan;
  };

  const identitiesOf = (project: OpenProject, plan: KeptPlan, handle?: JobHandle) => {
    plan.identities ??= readIdentities(project, plan.scan.sources, pool, {
      ...(handle === undefined ? {} : { signal: handle.signal }),
      onProgress: (done, total) => handle?.progress('reading-identities', done, total),
    })
      .then((identities) => packListInSlices(identities))
      .catch((error: unknown) => {
        plan.identities = null;
        throw error;
      });
    return plan.identities;
  };

  /** Repeats the work with the files' own identities if it turns out to need them. */
  const withIdentities = async <Result>(
    project: OpenProject,
    plan: KeptPlan,
    work: (files: PackedFiles) => Promise<Result | 'identities-unread'>,
    handle?: JobHandle,
  ): Promise<Result> => {
    const { sources } = plan;
    const known = await plan.identities?.catch(() => null);
    const first = await work({ sources, identities: known ?? null });
    if (first !== 'identities-unread') return first;
    return (await work({ sources, identities: await identitiesOf(project, plan, handle) })) as Result;
  };

  return {
    async scan(project, paths, signal) {
      const scan = await toImportScan(
        await scanPaths(paths, {
          readMediaDirectory: (bytes) => pool.mediaDirectory({ bytes }),
          ...(signal === undefined ? {} : { signal }),
        }),
      );
      const id = randomUUID();
      const sources = await packListInSlices(scan.sources);
      plans.set(id, { project: project.id, scan, sources, identities: null });
      for (const old of [...plans.keys()].slice(0, -MAX_KEPT_PLANS)) plans.delete(old);
      const { ignored, layout, mediaDirectories } = scan;
      const packed = { sources, ignored, layout, mediaDirectories };
      return background(importTasks.plan, { project: placeOf(project), id, scan: packed });
    },
    previewTable: async (project, id, file, choices) =>
      withIdentities(project, planOf(project, id), (files) =>
        background(importTasks.previewTable, { project: placeOf(project), files, file, ...choices }),
      ),
    previewPattern: async (project, id, groupPattern, answers) =>
      withIdentities(project, planOf(project, id), (files) =>
        background(importTasks.previewPattern, { project: placeOf(project), files, groupPattern, answers }),
      ),
    async run(project, id, importOptions, table, handle) {
      const plan = planOf(project, id);
      const { scan } = plan;
      if (scan.sources.length === 0) {
        throw new FoveaError('nothing_to_import', 'The selection contains no DICOM, PNG or JPEG images.', {
          hint: [
            firstReasons(scan.ignored),
            'Choose the folder that contains the images, or the image files themselves.',
          ]
            .filter((one) => one !== null)
            .join(' '),
        });
      }
      const directions = await withIdentities(
        project,
        plan,
        (files) => background(importTasks.direct, { project: placeOf(project), files, table, options: importOptions }),
        handle,
      );
      const { sources, ignored } = scan;
      const run = { project, sources, ignored, options: importOptions, directions, handle };
      const result = await runImport(run, pool, events);
      if (!handle.signal.aborted) {
        await findDuplicates(project, pool, { signal: handle.signal, onProgress: handle.progress }).catch(
          (error: unknown) => {
            // Imported images stay; the search continues before the next split.
            if (!handle.signal.aborted) throw error;
          },
        );
      }
      if (result.added > 0) await applyGivenSplit(project);
      return result;
    },
  };

  /** Folders define the split if the project has none, or one from folders; a split made in Fovea stays. */
  async function applyGivenSplit(project: OpenProject): Promise<void> {
    const present = currentSplit(project.store);
    if (present === null || present.grouping === 'folders') await splits.splitAsGiven(project);
  }
}
