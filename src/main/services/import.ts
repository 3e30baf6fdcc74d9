import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { FoveaError } from '#shared/ipc/errors';
import type { ImportOptions, ImportPlan, ImportResult } from '#shared/models/dataset';
import type { DecodePool } from '../decode-host/client';
import { scanPaths } from '../ingest/dataset/scan';
import { currentSplit } from '../store/splits';
import { findDuplicates } from './duplicate-search';
import type { Events } from './events';
import { patientsByPattern } from './import-pattern';
import { type ImportScan, toImportScan, toPlan } from './import-plan';
import { runImport } from './import-run';
import type { JobHandle } from './jobs';
import { type LabelTable, parseLabelTable } from './labels-table';
import type { OpenProject } from './projects';
import type { Splits } from './splits';

export interface Imports {
  /** Looks at files and folders (absolute paths) and says what an import would do. Writes nothing. */
  scan(project: OpenProject, paths: readonly string[], signal?: AbortSignal): Promise<ImportPlan>;
  /**
   * Does it. `labelsFile`: absolute path of a CSV or TSV (see `parseLabelTable`), or null. A file that cannot be read
   * is a line of the result. Throws `plan_unknown`, `nothing_to_import`, `labels_invalid`, `pattern_invalid`,
   * `pattern_slow`, `disk_full`, `project_unwritable`. Cancelling gives the result so far.
   */
  run(
    project: OpenProject,
    plan: string,
    options: ImportOptions,
    labelsFile: string | null,
    handle: JobHandle,
  ): Promise<ImportResult>;
}

/** Plans that are kept: a person looks at one or two before one is carried out. */
const KEPT_PLANS = 8;
const LARGEST_TABLE_BYTES = 64 * 1024 * 1024;

export function createImports(options: {
  readonly events: Events;
  readonly pool: DecodePool;
  readonly splits: Splits;
}): Imports {
  const { events, pool, splits } = options;
  const plans = new Map<string, { readonly project: string; readonly scan: ImportScan }>();

  return {
    async scan(project, paths, signal) {
      const scan = toImportScan(await scanPaths(paths, signal === undefined ? {} : { signal }));
      const id = randomUUID();
      plans.set(id, { project: project.id, scan });
      for (const old of [...plans.keys()].slice(0, -KEPT_PLANS)) plans.delete(old);
      return toPlan(id, project, scan);
    },
    async run(project, id, importOptions, labelsFile, handle) {
      const plan = plans.get(id);
      if (plan === undefined || plan.project !== project.id) {
        throw new FoveaError('plan_unknown', 'What was to be imported is not known any more.', {
          hint: 'Choose the files or folders again.',
        });
      }
      const { scan } = plan;
      if (scan.sources.length === 0) {
        throw new FoveaError('nothing_to_import', 'There is no DICOM, PNG or JPEG image in what you chose.', {
          hint: 'Choose the folder that holds the images, or the image files themselves.',
        });
      }
      const table = labelsFile === null ? null : await readTable(labelsFile);
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

async function readTable(file: string): Promise<LabelTable> {
  const unreadable = (message: string, cause?: unknown) =>
    new FoveaError('labels_invalid', message, { hint: 'Choose a CSV or TSV text file (UTF-8).', cause });
  let text: string;
  try {
    const info = await stat(file);
    if (!info.isFile()) throw unreadable('The label table is not a file.');
    if (info.size > LARGEST_TABLE_BYTES) throw unreadable('The label table is larger than 64 MB.');
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    if (cause instanceof FoveaError) throw cause;
    throw unreadable('The label table could not be read as UTF-8 text.', cause);
  }
  return parseLabelTable(text);
}
