import type { Diagnosis } from '#shared/models/diagnosis';
import type { RunSummary } from '#shared/models/run';
import { diagnose } from '#shared/training/diagnose';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readRunRecord, readRunSamples } from '../run-records/run-files';
import { readRunLog } from '../run-records/run-log';
import { countClasses, samplesOf } from '../run-records/run-samples';

/** Step records to read; only the stage of the last one matters. */
const MAX_STEPS = 1000;

/** Diagnoses a run from its folder; null if there is no problem for which advice exists. Throws `run_damaged`. */
export async function diagnoseRun(project: OpenProject, summary: RunSummary): Promise<Diagnosis | null> {
  const folder = runFolder(project.folder, summary.id);
  const record = await readRunRecord(folder);
  const train = samplesOf(await readRunSamples(folder), 'train');
  const { records } = await readRunLog(folder, 0, MAX_STEPS);
  return diagnose({
    config: record.config,
    trainCounts: countClasses(train, record.classes.length),
    error: summary.error,
    stage: records.findLast((record) => record.kind === 'step' || record.kind === 'epoch')?.stage ?? 0,
    epochs: records.filter((record) => record.kind === 'epoch'),
  });
}
