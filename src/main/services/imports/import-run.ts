import { availableParallelism } from 'node:os';
import { FoveaError } from '#shared/ipc/errors';
import type { ImportResult } from '#shared/models/dataset';
import { formatQuantity } from '#shared/text/number';
import type { DecodePool } from '../../decode-host/client';
import { appendAudit } from '../../store/audit';
import { addPatientAlias, patientBook, patientOf } from '../../store/identity';
import { finishImport, startImport } from '../../store/imports';
import type { ProjectStore } from '../../store/open';
import type { Events } from '../core/events';
import type { JobHandle } from '../core/jobs';
import { recordVersion } from '../dataset/dataset-versions';
import type { PatientAlias } from '../label-tables/resolve-patients';
import type { OpenProject } from '../project/projects';
import { ImportBatch } from './import-batch';
import { FileImporter } from './import-one-file';
import { type ImportRun, ImportTally, importResult } from './import-result';

/** Files on their way at once: enough for every decoder to have one at work and one waiting. */
const IN_FLIGHT = Math.min(32, availableParallelism() * 4);
const CHANGED_EVENT_MS = 1_000;

/**
 * Decodes and stores files. A file that cannot be read is a line in the result; only the project's own disk, or a
 * bug, ends the import early, and what is stored stays. Cancelling ends it with the result so far.
 */
export async function runImport(run: ImportRun, pool: DecodePool, events: Events): Promise<ImportResult> {
  const { project, handle, directions } = run;
  const importId = startImport(project.store);
  const batch = new ImportBatch(project, importId, changeTeller(project, events));
  const tally = new ImportTally(batch);
  for (const one of run.ignored) tally.skip(one);
  const failures = await importFiles(run, new FileImporter(run, pool, batch, tally), tally);
  try {
    batch.store();
    storeAliases(project.store, directions.aliases);
  } catch (error) {
    failures.push(error);
  }
  const failure = failures[0];
  const outcome = importResult(run, importId, tally, batch.totals);
  try {
    if (outcome.moved > 0) appendAudit(project.store, 'import.moved', { import: importId, images: outcome.moved });
    await recordVersion(project, importId);
    finishImport(project.store, importId, failure !== undefined ? 'failed' : endState(handle), outcome);
  } catch (error) {
    // On a full disk this may not fit either; the failure that came first is the one to tell.
    if (failure === undefined) throw error;
  }
  if (failure !== undefined) throw withProgress(failure, outcome.added);
  return outcome;
}

/** Says now and then that images came in: a window asks again for what it shows. */
function changeTeller(project: OpenProject, events: Events): () => void {
  let changedAt = 0;
  return () => {
    if (performance.now() - changedAt < CHANGED_EVENT_MS) return;
    changedAt = performance.now();
    events.emit('changed', { project: project.id, topics: ['images', 'labels', 'split'] });
  };
}

/** Answers with what went wrong, the first thing first; none is begun after it, nor after cancelling. */
async function importFiles(
  { sources, handle }: ImportRun,
  importer: FileImporter,
  tally: ImportTally,
): Promise<unknown[]> {
  let next = 0;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (next < sources.length && failures.length === 0 && !handle.signal.aborted) {
      const index = next++;
      const source = sources[index];
      if (source === undefined) return;
      try {
        await importer.import(source, index);
      } catch (error) {
        failures.push(error);
      }
      tally.finished += 1;
      handle.progress('importing', tally.finished, sources.length);
    }
  };
  handle.progress('importing', 0, sources.length);
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  await importer.dispose();
  return failures;
}

/** Other names of patients that came in: a later table may use either. */
function storeAliases(store: ProjectStore, aliases: readonly PatientAlias[]): void {
  const book = patientBook(store);
  store.transaction(() => {
    for (const { name, of } of aliases) {
      if (book.exact(of.key) !== null) addPatientAlias(store, name, patientOf(store, of));
    }
  });
}

const endState = (handle: JobHandle): 'cancelled' | 'done' => (handle.signal.aborted ? 'cancelled' : 'done');

/** An error that ended an import also says what is in. */
function withProgress(failure: unknown, added: number): unknown {
  if (!(failure instanceof FoveaError)) return failure;
  return new FoveaError(
    failure.code,
    `${failure.message} ${formatQuantity(added, 'new image')} of this import stored.`,
    {
      ...(failure.hint === null ? {} : { hint: `${failure.hint} Importing the same files again goes on from there.` }),
      cause: failure,
    },
  );
}
