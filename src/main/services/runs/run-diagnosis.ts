import type { Diagnosis } from '#shared/models/diagnosis';
import type { RunSummary } from '#shared/models/run';
import { diagnose } from '#shared/training/diagnose';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readRunRecord, readRunSamples } from '../run-records/run-files';
import { readRunLog } from '../run-records/run-log';
import { countClasses, samplesOf } from '../run-records/run-samples';

/** Steps: only the stage of the last one counts. */
const MANY = 1000;

/** Reads what a run left behind; null where nothing is wrong that the guide has an answer to. Throws `run_damaged`. */
export async function diagnoseRun(project: OpenProject, summary: RunSummary): Promise<Diagnosis | null> {
  const folder = runFolder(project.folder, summary.id);
  const record = await readRunRecord(folder);
  const train = samplesOf(await readRunSamples(folder), 'train');
  const { records } = await readRunLog(folder, 0, MANY);
  return diagnose({
    config: record.config,
    trainCounts: countClasses(train, record.classes.length),
    error: summary.error,
    stage: records.findLast((record) => record.kind !== 'note')?.stage ?? 0,
    epochs: records.filter((record) => record.kind === 'epoch'),
  });
}
