import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipelineHash } from '#shared/imaging/pipeline';
import { FoveaError } from '#shared/ipc/errors';
import type { DatasetVersion } from '#shared/models/dataset';
import type { KnownLeaks } from '#shared/models/known-leaks';
import type { Membership } from '#shared/models/membership';
import { countPatients } from '#shared/models/patient-count';
import type { RunRecord, RunSummary } from '#shared/models/run';
import type { SignOff } from '#shared/models/sign-off';
import { currentSplit } from '../../store/splits';
import { recordVersion } from '../dataset/dataset-versions';
import { knownLeaks } from '../duplicates/known-leaks';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { createRunFolder, type RunSample } from '../run-records/run-files';
import { hashSamples, namesPatient, samplesOf } from '../run-records/run-samples';
import { originNote, type RunOrigin } from './run-origin';
import type { PreparedRun, RunConfigGiven } from './run-preview';
import { newRunId, startNotes } from './run-states';
import { backboneName, newSummary } from './run-store';

/** A run to create. */
export interface NewRun {
  readonly config: RunConfigGiven;
  readonly name?: string | undefined;
  /** Samples to use instead of the current split. */
  readonly samples?: readonly RunSample[] | undefined;
  readonly experiment?: Membership | undefined;
  /** Sign-off for the chosen samples; default: that of the current split. */
  readonly signOff?: SignOff | undefined;
  /** For a run that continues another. */
  readonly origin?: RunOrigin | undefined;
}

/** Throws `run_not_ready` with the first problem, and the others as its hint. */
export function requireReady({ preview, estimate, pipeline }: PreparedRun): {
  readonly estimate: NonNullable<PreparedRun['estimate']>;
  readonly pipeline: NonNullable<PreparedRun['pipeline']>;
} {
  const problem = preview.problems[0];
  if (problem === undefined && estimate !== null && pipeline !== null) return { estimate, pipeline };
  throw new FoveaError('run_not_ready', problem ?? 'The backbone could not be read.', {
    hint: preview.problems.slice(1).join(' ') || 'Fix this, then start again.',
  });
}

/**
 * Writes the folders of runs, all or none, and returns their summaries in order. Throws `run_not_ready`, `disk_full`,
 * `project_unwritable`.
 */
export async function createRunFolders(
  project: OpenProject,
  version: string,
  wanted: readonly { readonly run: NewRun; readonly prepared: PreparedRun }[],
): Promise<RunSummary[]> {
  for (const { prepared } of wanted) requireReady(prepared);
  const dataset = await recordVersion(project, null);
  const made: string[] = [];
  try {
    const summaries: RunSummary[] = [];
    // Runs are sorted by creation time, so each needs a different one.
    const began = Date.now();
    for (const [index, { run, prepared }] of wanted.entries()) {
      const { record, samples } = describe(project, version, dataset, new Date(began + index), run, prepared);
      const name = run.name?.trim() || `${backboneName(record.config.backbone)}, ${record.config.preset}`;
      const summary = newSummary(record, name);
      const folder = runFolder(project.folder, record.id);
      made.push(folder);
      await createRunFolder(folder, record, samples, summary, run.origin?.weights);
      summaries.push(summary);
    }
    return summaries;
  } catch (error) {
    for (const folder of made) await rm(folder, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
}

function describe(
  project: OpenProject,
  version: string,
  dataset: DatasetVersion | null,
  at: Date,
  run: NewRun,
  prepared: PreparedRun,
): { readonly record: RunRecord; readonly samples: readonly RunSample[] } {
  const { estimate, pipeline } = requireReady(prepared);
  const { config, samples, classes } = prepared;
  const sizeOf = (split: RunSample['part']) => samplesOf(samples, split).length;
  const record: RunRecord = {
    id: freeId(project, at, config.preset),
    createdAt: at.toISOString(),
    version,
    config,
    classes: [...classes],
    pipeline,
    hashes: {
      ...hashSamples(samples, classes),
      backbone: estimate.hash,
      pipeline: pipelineHash(pipeline),
    },
    datasetVersion: dataset && { number: dataset.number, hash: dataset.hash },
    counts: { train: sizeOf('train'), validation: sizeOf('validation'), test: sizeOf('test') },
    parameters: estimate.parameters,
    trainableParameters: estimate.trainableParameters,
    notes: [
      ...(run.origin === undefined ? [] : [originNote(run.origin.parent)]),
      ...startNotes(
        run.config,
        config,
        { n: samples.length, ...countPatients(samples, namesPatient(project)) },
        classes,
        estimate,
      ),
    ],
    experiment: run.experiment ?? null,
    signOff: run.signOff ?? prepared.signOff,
    parent: run.origin?.parent ?? null,
    leaks: leaksAtStart(project, run, samples),
  };
  return { record, samples };
}

/** Leaks known at the start, after those known when the split was created. Chosen samples are a split created now. */
function leaksAtStart({ store }: OpenProject, run: NewRun, samples: readonly RunSample[]): KnownLeaks[] {
  const start = knownLeaks(store, samples, 'start');
  if (run.samples !== undefined) return [start];
  const atSplit = currentSplit(store)?.leaks ?? null;
  return atSplit === null ? [start] : [atSplit, start];
}

function freeId(project: OpenProject, at: Date, preset: string): string {
  let id = newRunId(at, preset);
  while (existsSync(runFolder(project.folder, id))) id = newRunId(at, preset);
  return id;
}
