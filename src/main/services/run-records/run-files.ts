import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { pipelineHash } from '#shared/imaging/pipeline';
import { FoveaError } from '#shared/ipc/errors';
import { splitNameSchema } from '#shared/models/dataset';
import { type OperatingPoint, operatingPointSchema } from '#shared/models/operating-point';
import { countPatients } from '#shared/models/patient-count';
import {
  type CasePrediction,
  casePredictionSchema,
  type Evaluation,
  evaluationSchema,
  type RunRecord,
  type RunSummary,
  runRecordSchema,
  runSummarySchema,
} from '#shared/models/run';
import { SEARCH_FILE, type SearchState, searchStateSchema } from '#shared/models/search';
import { unknownPatientCautions } from '#shared/statistics/cautions';
import { Slice } from '../../ingest/slice';
import { toStoreError } from '../../store/errors';
import { isDiskProblem } from '../core/disk-problem';
import { makeProjectFolders, requireProject } from '../project/project-folders';

/**
 * An image of a run as it was when the run was created: later labels, splits and removals do not change the evaluation.
 * `hash` is the source file's SHA-256, which names its canonical raster.
 */
export const runSampleSchema = z.object({
  image: z.number().int(),
  hash: z.string(),
  /** Frame of a multi-frame file; absent for the first. */
  frame: z.number().int().positive().optional(),
  part: splitNameSchema,
  /** Index into the record's classes. */
  label: z.number().int(),
  patient: z.number().int().nullable(),
});
export type RunSample = z.infer<typeof runSampleSchema>;

const samplesSchema = z.object({ version: z.literal(1), samples: z.array(runSampleSchema) });

export type EvaluatedSplit = 'validation' | 'test';

const recordFile = (folder: string) => join(folder, 'config.json');
const samplesFile = (folder: string) => join(folder, 'samples.json');
const summaryFile = (folder: string) => join(folder, 'summary.json');
export const logFile = (folder: string): string => join(folder, 'log.ndjson');
const predictionsFile = (folder: string, split: EvaluatedSplit) => join(folder, `predictions-${split}.ndjson`);
const metricsFile = (folder: string, split: EvaluatedSplit) => join(folder, `metrics-${split}.json`);
export const bestCheckpoint = (folder: string): string => join(folder, 'checkpoints', 'best');

/** Whether one of these checkpoints exists: a kill may leave one under another name, and the engine restores it. */
const hasAny = (folder: string, names: readonly string[]): boolean =>
  names.some((name) => existsSync(join(folder, 'checkpoints', name, 'config.json')));
export const hasModel = (folder: string): boolean => hasAny(folder, ['best', 'best.previous']);
export const hasCheckpoint = (folder: string): boolean => hasAny(folder, ['last', 'before', 'last.previous']);

export const hasSearch = (folder: string): boolean => existsSync(join(folder, SEARCH_FILE));

/** The search of a run with the preset *auto*; null before it has begun. Throws `run_damaged`. */
export async function readSearchState(folder: string): Promise<SearchState | null> {
  if (!hasSearch(folder)) return null;
  return readJson(join(folder, SEARCH_FILE), searchStateSchema, `The state of the search (${SEARCH_FILE})`);
}

/** Writes text to a temporary name, flushes it and renames it. Throws `disk_full`, `project_unwritable`. */
export async function writeText(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(file, text, { encoding: 'utf8' });
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Weights that a run starts from instead of its backbone's: a copy, so that the run it continues may be removed. */
export const startingWeights = (folder: string): string => join(folder, 'start');

/**
 * Creates the run folder with everything needed to repeat the run. `weights`: the checkpoint folder that it starts from,
 * if not from its backbone. Leaves nothing behind on failure.
 */
export async function createRunFolder(
  folder: string,
  record: RunRecord,
  samples: readonly RunSample[],
  summary: RunSummary,
  weights?: string,
): Promise<void> {
  try {
    // PROJECT/runs/<id>
    await makeProjectFolders(dirname(dirname(folder)), folder);
    if (weights !== undefined) await copyWeights(weights, startingWeights(folder));
    await writeText(samplesFile(folder), `${JSON.stringify({ version: 1, samples })}\n`);
    await writeText(recordFile(folder), `${JSON.stringify(record, null, 2)}\n`);
    await writeRunSummary(folder, summary);
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => {});
    throw toStoreError(error);
  }
}

/** Copies the model of a checkpoint folder, without the state of its training. */
async function copyWeights(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of ['config.json', 'preprocessor_config.json', 'model.safetensors']) {
    await copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE);
  }
}

const unreadable = (what: string, cause: unknown): FoveaError =>
  new FoveaError('run_damaged', `${what} of this run is missing or damaged.`, {
    hint: 'Restore the run folder from a copy, or train again with the same configuration.',
    cause,
  });

export async function readJson<T>(file: string, schema: z.ZodType<T>, what: string): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    // PROJECT/runs/<id>/<file>: if the project is unreachable, the run is not damaged.
    requireProject(dirname(dirname(dirname(file))));
    const known = toStoreError(error);
    throw isDiskProblem(known) && existsSync(file) ? known : unreadable(what, error);
  }
}

const versionSchema = z.looseObject({ pipeline: z.looseObject({ version: z.number() }) });
const PIPELINE_VERSION = 1;

/**
 * Throws `run_damaged`; `pipeline_version` if this version of Fovea does not know the pipeline; `pipeline_changed` if
 * the recorded preprocessing differs from the one that the run was trained with.
 */
export async function readRunRecord(folder: string): Promise<RunRecord> {
  const what = 'The configuration (config.json)';
  const { pipeline } = await readJson(recordFile(folder), versionSchema, what);
  if (pipeline.version !== PIPELINE_VERSION) {
    throw new FoveaError(
      'pipeline_version',
      'This run prepared its images in a way that this version of Fovea does not support.',
      {
        hint: 'Use the version of Fovea that trained it, or train again.',
      },
    );
  }
  const record = await readJson(recordFile(folder), runRecordSchema, what);
  if (pipelineHash(record.pipeline) !== record.hashes.pipeline) {
    throw new FoveaError(
      'pipeline_changed',
      'The preprocessing in config.json differs from the one this run was trained with.',
      {
        hint: 'Restore config.json from a copy. Images must be prepared as in training.',
      },
    );
  }
  return record.config.preset === 'auto' ? withFound(record, await readSearchState(folder)) : record;
}

/** The record of a search with what it has found for predictions: the pipeline of its model and views at test time. */
function withFound(record: RunRecord, search: SearchState | null): RunRecord {
  if (search === null || search.pipeline === null) return record;
  return {
    ...record,
    config: { ...record.config, testTimeViews: search.recipe.testTimeViews },
    pipeline: search.pipeline,
    hashes: { ...record.hashes, pipeline: pipelineHash(search.pipeline) },
  };
}

/** Throws `run_damaged`. */
export const readRunSamples = async (folder: string): Promise<RunSample[]> =>
  (await readJson(samplesFile(folder), samplesSchema, 'The list of images (samples.json)')).samples;

/** Writes a copy of the row in the project's database, from which a lost row is restored. */
export const writeRunSummary = (folder: string, summary: RunSummary): Promise<void> =>
  writeText(summaryFile(folder), `${JSON.stringify(summary, null, 2)}\n`);

export async function readRunSummary(folder: string): Promise<RunSummary | null> {
  return readJson(summaryFile(folder), runSummarySchema, 'The summary').catch(() => null);
}

/** Ids of the folders in `runs/` that have a configuration. */
export async function runFolderIds(runsFolder: string): Promise<string[]> {
  const entries = await readdir(runsFolder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && /^[\w-]+$/.test(entry.name))
    .map((entry) => entry.name)
    .filter((name) => existsSync(recordFile(join(runsFolder, name))));
}

/** Writes the metrics last: their file marks a complete evaluation. */
export async function writeEvaluation(
  folder: string,
  evaluation: Evaluation,
  cases: readonly CasePrediction[],
): Promise<void> {
  await rm(metricsFile(folder, evaluation.split), { force: true });
  await writeText(predictionsFile(folder, evaluation.split), toJsonLines(cases));
  await writeText(metricsFile(folder, evaluation.split), `${JSON.stringify(evaluation, null, 2)}\n`);
}

/** Null if the split was not evaluated, or the file is damaged: the split is then evaluated again. */
export async function readEvaluation(folder: string, split: EvaluatedSplit): Promise<Evaluation | null> {
  const stored = await readJson(metricsFile(folder, split), storedEvaluationSchema, 'The evaluation').catch(() => null);
  if (stored === null) return null;
  const { withoutPatient, ...evaluation } = stored;
  if (withoutPatient !== null) return { ...evaluation, withoutPatient };
  // Earlier versions counted an image without a patient as one patient; the cases have the right numbers.
  const cases = await readCases(folder, split).catch(() => null);
  if (cases === null) return null;
  const people = countPatients(cases);
  return { ...evaluation, ...people, cautions: [...unknownPatientCautions(people), ...evaluation.cautions] };
}

const storedEvaluationSchema = evaluationSchema.extend({ withoutPatient: z.number().int().nullable().default(null) });

/** Throws `run_damaged`. */
export const readCases = (folder: string, split: EvaluatedSplit): Promise<CasePrediction[]> =>
  readJsonLines(predictionsFile(folder, split), casePredictionSchema);

/** Throws `run_damaged`. */
export async function readJsonLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    const entries: T[] = [];
    const slice = new Slice();
    for (const line of lines) {
      entries.push(schema.parse(JSON.parse(line)));
      if (slice.isOver) await slice.next();
    }
    return entries;
  } catch (error) {
    throw unreadable('The list of predictions', error);
  }
}

export const toJsonLines = (entries: readonly object[]): string =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

const operatingPointFile = (folder: string) => join(folder, 'operating-point.json');

/** Throws `disk_full`, `project_unwritable`. */
export const writeOperatingPoint = (folder: string, point: OperatingPoint): Promise<void> =>
  writeText(operatingPointFile(folder), `${JSON.stringify(point, null, 2)}\n`);

/** Null if the run is not bound to one. Throws `run_damaged`. */
export async function readOperatingPoint(folder: string): Promise<OperatingPoint | null> {
  const file = operatingPointFile(folder);
  return existsSync(file) ? readJson(file, operatingPointSchema, 'The operating point') : null;
}

/** Removes the evaluations and the operating point of a run that continues: its model will change. */
export async function removeEvaluations(folder: string): Promise<void> {
  for (const split of ['validation', 'test'] as const) {
    await rm(metricsFile(folder, split), { force: true });
    await rm(predictionsFile(folder, split), { force: true });
  }
  await rm(operatingPointFile(folder), { force: true });
}
