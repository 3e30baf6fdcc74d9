import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { settingLabel } from '#shared/experiments/settings';
import {
  type Experiment,
  experimentSchema,
  type FoldEvaluation,
  foldEvaluationSchema,
  type OutOfFoldCase,
  outOfFoldCaseSchema,
} from '#shared/models/experiment';
import type { Membership } from '#shared/models/membership';
import type { RunSummary } from '#shared/models/run';
import { toStoreError } from '../../store/errors';
import { makeProjectFolders } from '../project/project-folders';
import { experimentFolder, experimentsFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readJson, readJsonLines, toJsonLines, writeText } from '../run-records/run-files';
import { timestamp } from '../runs/run-states';

/**
 * Storage of experiments: one file each, and each run's membership in its own record. They are few, so the database has
 * no rows for them; the files are the list, and a lost file is rebuilt from the runs.
 */

const definitionFile = (folder: string) => join(folder, 'experiment.json');
const metricsFile = (folder: string) => join(folder, 'metrics.json');
const predictionsFile = (folder: string) => join(folder, 'predictions.ndjson');

/** `20261123-142233-sweep-3f2a` */
export const newExperimentId = (at: Date, kind: Experiment['kind']): string =>
  `${timestamp(at)}-${kind}-${randomBytes(2).toString('hex')}`;

export async function writeExperiment(project: OpenProject, experiment: Experiment): Promise<void> {
  const folder = experimentFolder(project.folder, experiment.id);
  try {
    await makeProjectFolders(project.folder, folder);
  } catch (error) {
    throw toStoreError(error);
  }
  await writeText(definitionFile(folder), `${JSON.stringify(experiment, null, 2)}\n`);
}

/** Newest first. `runs`: all runs of the project. `starting`: experiments being created, which must not be rebuilt. */
export async function listExperiments(
  project: OpenProject,
  runs: readonly RunSummary[],
  starting: ReadonlySet<string> = new Set(),
): Promise<Experiment[]> {
  const entries = await readdir(experimentsFolder(project.folder), { withFileTypes: true }).catch(() => []);
  const ids = entries.filter((entry) => entry.isDirectory() && /^[\w-]+$/.test(entry.name)).map(({ name }) => name);
  const found = new Map<string, Experiment>();
  for (const id of ids) {
    const file = definitionFile(experimentFolder(project.folder, id));
    const experiment = await readJson(file, experimentSchema, 'The experiment').catch(() => null);
    if (experiment?.id === id) found.set(id, experiment);
  }
  for (const id of new Set(runs.flatMap((run) => run.experiment?.experiment ?? []))) {
    if (found.has(id) || starting.has(id) || !/^[\w-]+$/.test(id)) continue;
    const rebuilt = rebuildExperiment(id, runs);
    if (rebuilt === null) continue;
    await writeExperiment(project, rebuilt);
    found.set(id, rebuilt);
  }
  return [...found.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
}

/** Rebuilds an experiment from the memberships of its runs; null if it has none. */
function rebuildExperiment(id: string, runs: readonly RunSummary[]): Experiment | null {
  const members = runs
    .flatMap((run) => (run.experiment?.experiment === id ? [{ run, membership: run.experiment }] : []))
    .sort((a, b) => a.run.createdAt.localeCompare(b.run.createdAt));
  const first = members[0];
  if (first === undefined) return null;
  const common = {
    id,
    name: experimentName(first.membership, first.run.backbone),
    createdAt: first.run.createdAt,
  };
  if (first.membership.kind === 'sweep') {
    return {
      ...common,
      kind: 'sweep',
      key: first.membership.key,
      members: members.flatMap(({ run, membership }) =>
        membership.kind === 'sweep' ? [{ run: run.id, value: membership.value }] : [],
      ),
    };
  }
  if (first.membership.kind === 'leak') {
    return {
      ...common,
      kind: 'leak',
      members: members.flatMap(({ run, membership }) =>
        membership.kind === 'leak' ? [{ run: run.id, grouped: membership.grouped }] : [],
      ),
    };
  }
  return {
    ...common,
    kind: 'folds',
    folds: first.membership.folds,
    members: members
      .flatMap(({ run, membership }) => (membership.kind === 'folds' ? [{ run: run.id, fold: membership.fold }] : []))
      .sort((a, b) => a.fold - b.fold),
  };
}

/** Default name of an experiment. */
export function experimentName(membership: Membership, backbone: string): string {
  switch (membership.kind) {
    case 'sweep':
      return `${backbone}, sweep of ${settingLabel(membership.key).toLowerCase()}`;
    case 'folds':
      return `${backbone}, ${membership.folds}-fold cross-validation`;
    case 'leak':
      return `${backbone}, with and without the leak`;
  }
}

export const removeExperimentFolder = (project: OpenProject, id: string): Promise<void> =>
  rm(experimentFolder(project.folder, id), { recursive: true, force: true });

/** Writes the metrics last: their file marks a complete evaluation. */
export async function writeFoldEvaluation(
  project: OpenProject,
  evaluation: FoldEvaluation,
  cases: readonly OutOfFoldCase[],
): Promise<void> {
  const folder = experimentFolder(project.folder, evaluation.experiment);
  await rm(metricsFile(folder), { force: true });
  await writeText(predictionsFile(folder), toJsonLines(cases));
  await writeText(metricsFile(folder), `${JSON.stringify(evaluation, null, 2)}\n`);
}

/** Null if the folds were not pooled yet, or the file is damaged: they are then pooled again. */
export const readFoldEvaluation = (project: OpenProject, id: string): Promise<FoldEvaluation | null> =>
  readJson(metricsFile(experimentFolder(project.folder, id)), foldEvaluationSchema, 'The evaluation').catch(() => null);

/** Throws `run_damaged`. */
export const readOutOfFoldCases = (project: OpenProject, id: string): Promise<OutOfFoldCase[]> =>
  readJsonLines(predictionsFile(experimentFolder(project.folder, id)), outOfFoldCaseSchema);
