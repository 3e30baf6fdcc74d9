import type { RunConfig } from '#shared/models/run-config';
import { stagesOf } from '#shared/training/stages';
import type { EngineDevice } from '../../engine/backends/backend';
import { storedRuns } from '../../store/runs';
import { splitMembers } from '../../store/splits';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { readRunRecord } from '../run-records/run-files';
import { backboneName } from './run-store';

/**
 * Cost of a validation image (a forward pass) relative to a training image (a forward and a backward pass, which is
 * about twice as expensive).
 */
const VALIDATION_COST = 1 / 3;

/**
 * Estimates a run's duration in seconds from the newest run of this project with the same backbone, preset and device.
 * Null without such a run, and for runs with several stages, whose epochs differ in cost.
 */
export async function secondsByPace(
  project: OpenProject,
  config: RunConfig,
  device: EngineDevice,
): Promise<number | null> {
  if (stagesOf(config).length > 1) return null;
  const alike = storedRuns(project.store).find(
    (run) =>
      run.epochsDone > 0 &&
      run.seconds > 0 &&
      run.backbone === backboneName(config.backbone) &&
      run.preset === config.preset &&
      // Runs from before `auto` was measured recorded it and used the CPU.
      (run.device === 'auto' ? 'cpu' : run.device) === device,
  );
  if (alike === undefined) return null;
  const record = await readRunRecord(runFolder(project.folder, alike.id)).catch(() => null);
  if (record === null) return null;
  const work = record.counts.train + VALIDATION_COST * record.counts.validation;
  const wanted =
    splitMembers(project.store, 'train').length + VALIDATION_COST * splitMembers(project.store, 'validation').length;
  return (alike.seconds / (alike.epochsDone * work)) * wanted * config.epochs;
}
