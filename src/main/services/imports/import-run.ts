import { availableParallelism } from 'node:os';
import { inParallel } from '#shared/async/in-parallel';
import { FoveaError } from '#shared/ipc/errors';
import type { ImportResult } from '#shared/models/dataset';
import { formatQuantity } from '#shared/text/number';
import type { DecodePool } from '../../decode-host/client';
import { appendAudit } from '../../store/audit';
import { addPatientAlias, patientIndex, patientOf } from '../../store/identity';
import { finishImport, startImport } from '../../store/imports';
import type { ProjectStore } from '../../store/open';
import { PictureWriter } from '../cache/picture-writer';
import type { Events } from '../core/events';
import type { JobHandle } from '../core/jobs';
import { recordVersion } from '../dataset/dataset-versions';
import type { PatientAlias } from '../label-tables/resolve-patients';
import type { OpenProject } from '../project/projects';
import { ImportBatch } from './import-batch';
import { FileImporter } from './import-one-file';
import { type ImportRun, ImportTally, importResult } from './import-result';

/** Files processed at once: enough for every decoder to have one in progress and one queued. */
const MAX_IN_FLIGHT = Math.min(32, availableParallelism() * 4);
const CHANGED_EVENT_MS = 1_000;

/**
 * Decodes and stores files. A file that cannot be read is a line in the result; only a fault of the project's own disk,
 * or a bug, ends the import early, and stored images stay. Cancelling ends it with the result so far.
 */
export async function runImport(run: ImportRun, pool: DecodePool, events: Events): Promise<ImportResult> {
  const { project, handle, directions } = run;
  const importId = startImport(project.store);
  const pictures = new PictureWriter(project);
  const changed = throttledChangeEvent(project, events);
  const batch = new ImportBatch(project, importId, () => pictures.flush(), changed);
  const tally = new ImportTally(batch);
  for (const one of run.ignored) await tally.skip(one);
  const failures = await importFiles(run, new FileImporter(run, pool, pictures, batch, tally), tally);
  try {
    await batch.store();
    storeAliases(project.store, directions.aliases);
  } catch (error) {
    failures.push(error);
  }
  await pictures.close();
  const failure = failures[0];
  const outcome = importResult(run, importId, tally, batch.totals);
  try {
    if (outcome.moved > 0) appendAudit(project.store, 'import.moved', { import: importId, images: outcome.moved });
    await recordVersion(project, importId);
    finishImport(project.store, importId, failure !== undefined ? 'failed' : endState(handle), outcome);
  } catch (error) {
    // On a full disk this may fail too; report the first failure.
    if (failure === undefined) throw error;
  }
  if (failure !== undefined) throw withProgress(failure, outcome.added);
  return outcome;
}

/** Returns a throttled emitter of `changed` events, on which windows refresh their queries. */
function throttledChangeEvent(project: OpenProject, events: Events): () => void {
  let changedAt = 0;
  return () => {
    if (performance.now() - changedAt < CHANGED_EVENT_MS) return;
    changedAt = performance.now();
    events.emit('changed', { project: project.id, topics: ['images', 'labels', 'split'] });
  };
}

/** Imports all files and returns the error that stopped it, if any. Starts no file after an error or cancellation. */
async function importFiles(
  { sources, handle }: ImportRun,
  importer: FileImporter,
  tally: ImportTally,
): Promise<unknown[]> {
  handle.progress('importing', 0, sources.length);
  try {
    await inParallel(sources, MAX_IN_FLIGHT, async (source, index) => {
      if (handle.signal.aborted) return;
      await importer.import(source, index);
      tally.finished += 1;
      handle.progress('importing', tally.finished, sources.length);
    });
    return [];
  } catch (error) {
    return [error];
  } finally {
    await importer.dispose();
  }
}

/** Stores aliases of imported patients, so that a later table may use either name. */
function storeAliases(store: ProjectStore, aliases: readonly PatientAlias[]): void {
  const book = patientIndex(store);
  store.transaction(() => {
    for (const { name, patient } of aliases) {
      if (book.exact(patient.key) !== null) addPatientAlias(store, name, patientOf(store, patient));
    }
  });
}

const endState = (handle: JobHandle): 'cancelled' | 'done' => (handle.signal.aborted ? 'cancelled' : 'done');

/** Adds the number of saved images to an error that ended an import. */
function withProgress(failure: unknown, added: number): unknown {
  if (!(failure instanceof FoveaError)) return failure;
  return new FoveaError(
    failure.code,
    `${failure.message} ${formatQuantity(added, 'new image')} of this import saved.`,
    {
      ...(failure.hint === null ? {} : { hint: `${failure.hint} Import the same files again to continue.` }),
      cause: failure,
    },
  );
}
