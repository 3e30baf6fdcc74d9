import type { ImportOptions, ImportResult, SkippedFile } from '#shared/models/dataset';
import type { PatientCount } from '#shared/models/patient-count';
import { formatQuantity } from '#shared/text/number';
import type { FileFacts } from '../../ingest/types';
import { classCounts, groupPatients, importGroups } from '../../store/counts';
import { classesByName } from '../../store/labels';
import type { JobHandle } from '../core/jobs';
import { skippedWarnings } from '../label-tables/skipped-files';
import { keptSexes } from '../label-tables/table-sex';
import type { OpenProject } from '../project/projects';
import type { BatchTotals, ImportBatch } from './import-batch';
import type { ImportDirections } from './import-directions';
import { framesText } from './import-frames';
import type { ImportSource } from './import-source';

/** One import with its inputs, options and job. */
export interface ImportRun {
  readonly project: OpenProject;
  readonly sources: readonly ImportSource[];
  /** Files that the scan skipped; included in the result. */
  readonly ignored: readonly SkippedFile[];
  readonly options: ImportOptions;
  readonly directions: ImportDirections;
  readonly handle: JobHandle;
}

/** Distinct warnings in one result, which a folder of a million faulty files must not flood. */
const MAX_DISTINCT_WARNINGS = 20;

/** Counters and warnings of a running import. */
export class ImportTally {
  readonly #started = performance.now();
  readonly #batch: ImportBatch;
  readonly #skipped: SkippedFile[] = [];
  readonly #fileWarnings = new Map<string, number>();
  /** Processed files, imported or not. */
  finished = 0;
  /** Images decoded, or found in the dataset. */
  read = 0;
  /** Files whose own sex stays, because the table's differs. */
  ownSexes = 0;
  #multiFrame = 0;

  constructor(batch: ImportBatch) {
    this.#batch = batch;
  }

  async skip(file: SkippedFile): Promise<void> {
    this.#skipped.push(file);
    await this.#batch.skip(file);
  }

  /** Once per file. */
  noteFile({ frames, warnings }: FileFacts): void {
    if (frames > 1) this.#multiFrame += 1;
    for (const warning of warnings) this.#fileWarnings.set(warning, (this.#fileWarnings.get(warning) ?? 0) + 1);
  }

  get skipped(): readonly SkippedFile[] {
    return this.#skipped;
  }

  /** Number of multi-frame files. */
  get multiFrame(): number {
    return this.#multiFrame;
  }

  /** Distinct warnings about files with their number of files, most frequent first. */
  get fileWarnings(): readonly (readonly [text: string, files: number])[] {
    return [...this.#fileWarnings].sort((a, b) => b[1] - a[1]);
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }
}

/** The result of an import, final or so far; `totals`: those of the batch. */
export function importResult(run: ImportRun, importId: number, tally: ImportTally, totals: BatchTotals): ImportResult {
  const { store } = run.project;
  const { seconds } = tally;
  const groups = importGroups(store, importId);
  const people = groupPatients(groups);
  const byClass = classCounts(groups);
  const classes = classesByName(store).flatMap(({ id, name }) => {
    const images = byClass.get(id)?.images;
    return images === undefined ? [] : [[name, images] as const];
  });
  return {
    added: totals.added,
    duplicates: totals.duplicates,
    moved: totals.moved,
    skipped: [...tally.skipped],
    classes: Object.fromEntries(classes),
    ...people,
    warnings: [
      ...endWarnings(run, tally),
      ...conflictWarnings(totals),
      ...patientWarnings(people),
      ...run.directions.warnings,
      ...keptSexes(tally.ownSexes, 'file'),
      ...skippedWarnings(tally.skipped),
      ...fileWarnings(tally),
    ],
    ...(run.directions.columns === null ? {} : { columns: run.directions.columns }),
    seconds,
    imagesPerSecond: seconds > 0 ? tally.read / seconds : 0,
  };
}

function endWarnings({ handle, sources, options }: ImportRun, { finished, multiFrame }: ImportTally): string[] {
  const warnings: string[] = [];
  if (handle.signal.aborted) {
    warnings.push(`Cancelled after ${finished} of ${sources.length} files. Import again to continue.`);
  }
  if (multiFrame > 0) {
    warnings.push(`${formatQuantity(multiFrame, 'multi-frame file')}: ${framesText(options.frames)}`);
  }
  return warnings;
}

function conflictWarnings({ conflicts, conflictExamples }: BatchTotals): string[] {
  if (conflicts === 0) return [];
  const more = conflicts > conflictExamples.length ? '; …' : '';
  return [
    `${formatQuantity(conflicts, 'file')} with the same content as an image with a different label: ${conflictExamples.join('; ')}${more}. The first label is kept until you resolve the conflict in Review.`,
  ];
}

function patientWarnings({ patients, withoutPatient }: PatientCount): string[] {
  if (withoutPatient === 0) return [];
  return [
    `${patients === null ? 'Patients are unknown' : `${formatQuantity(withoutPatient, 'image')} without a known patient`}: images of one person may end up in several splits. Name patients with a table or a file-name pattern.`,
  ];
}

function fileWarnings({ fileWarnings: distinct }: ImportTally): string[] {
  const warnings = distinct
    .slice(0, MAX_DISTINCT_WARNINGS)
    .map(([text, n]) => (n === 1 ? text : `${text} (${n} files)`));
  const unlisted = distinct.length - MAX_DISTINCT_WARNINGS;
  return unlisted > 0 ? [...warnings, `${unlisted} more kinds of warnings not listed.`] : warnings;
}
