import { randomUUID } from 'node:crypto';
import { FoveaError } from '#shared/ipc/errors';
import type { ImportOptions, ImportPlan, ImportResult } from '#shared/models/dataset';
import type { DecodePool } from '../decode-host/client';
import { scanPaths } from '../ingest/dataset/scan';
import { currentSplit } from '../store/splits';
import { findDuplicates } from './duplicate-search';
import type { Events } from './events';
import { patientsByPattern } from './import-pattern';
import { type ImportScan, toImportScan, toPlan } from './import-plan';
import { runImport, tableTargets } from './import-run';
import type { JobHandle } from './jobs';
import type { LabelTable } from './labels-table';
import type { TableTarget } from './match-table';
import type { OpenProject } from './projects';
import type { Splits } from './splits';

export interface Imports {
  /** Looks at files and folders (absolute paths) and says what an import would do. Writes nothing. */
  scan(project: OpenProject, paths: readonly string[], signal?: AbortSignal): Promise<ImportPlan>;
  /** The files of a plan, as a label table is held against them. Throws `plan_unknown`. */
  targets(project: OpenProject, plan: string): readonly TableTarget[];
  /**
   * Does it, with the labels of a table where one is given. A file that cannot be read is a line of the result. Throws
   * `plan_unknown`, `nothing_to_import`, `pattern_invalid`, `pattern_slow`, `disk_full`, `project_unwritable`. Cancelling gives the result so far.
   */
  run(
    project: OpenProject,
    plan: string,
    options: ImportOptions,
    table: LabelTable | null,
    handle: JobHandle,
  ): Promise<ImportResult>;
}

/** Plans that are kept: a person looks at one or two before one is carried out. */
const KEPT_PLANS = 8;

export function createImports(options: {
  readonly events: Events;
  readonly pool: DecodePool;
  readonly splits: Splits;
}): Imports {
  const { events, pool, splits } = options;
  const plans = new Map<string, { readonly project: string; readonly scan: ImportScan }>();

  const scanOf = (project: OpenProject, id: string): ImportScan => {
    const plan = plans.get(id);
    if (plan === undefined || plan.project !== project.id) {
      throw new FoveaError('plan_unknown', 'What was to be imported is not known any more.', {
        hint: 'Choose the files or folders again.',
      });
    }
    return plan.scan;
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
      plans.set(id, { project: project.id, scan });
      for (const old of [...plans.keys()].slice(0, -KEPT_PLANS)) plans.delete(old);
      return toPlan(id, project, scan);
    },
    targets: (project, plan) => tableTargets(scanOf(project, plan).sources),
    async run(project, id, importOptions, table, handle) {
      const scan = scanOf(project, id);
      if (scan.sources.length === 0) {
        throw new FoveaError('nothing_to_import', 'There is no DICOM, PNG or JPEG image in what you chose.', {
          hint: 'Choose the folder that holds the images, or the image files themselves.',
        });
      }
      const pattern = importOptions.groupPattern;
      const result = await runImport(
        {
          project,
          sources: scan.sources,
          ignored: scan.ignored,
          options: importOptions,
          table,
          patternPatients:
            pattern === null || pattern === ''
              ? null
              : patientsByPattern(
                  pattern,
                  scan.sources.map((file) => file.path),
                ),
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
      if (result.added > 0) takeGivenSplit(project);
      return result;
    },
  };

  /** Folders fix the split of a project that has none, or that has one from folders; a split of ours stays. */
  function takeGivenSplit(project: OpenProject): void {
    const present = currentSplit(project.store);
    if (present === null || present.grouping === 'folders') splits.splitAsGiven(project);
  }
}
