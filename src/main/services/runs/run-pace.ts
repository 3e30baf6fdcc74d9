import type { RunConfig } from '#shared/models/run-config';
import { stagesOf } from '#shared/training/stages';
import type { EngineDevice } from '../../engine/backends/backend';
import { storedRuns } from '../../store/runs';
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
 * Estimates a run's duration in seconds from the newest run of this project with the same backbone, image size, preset
 * and device. Null without such a run, and for runs with several stages, whose epochs differ in cost. `images`: those
 * that the run would train and validate on.
 */
export async function secondsByPace(
  project: OpenProject,
  config: RunConfig,
  device: EngineDevice,
  images: { readonly train: number; readonly validation: number },
): Promise<number | null> {
  const [stage, ...more] = stagesOf(config);
  // A search takes the time that it was given.
  if (stage === undefined || more.length > 0 || config.preset === 'auto') return null;
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
  if (record === null || !costsTheSame(record.config, config)) return null;
  // A head alone trains on features that are computed once, however many epochs follow.
  const epochs = stage.trainable === 'head' ? 1 : stage.epochs / alike.epochsDone;
  return ((alike.seconds * workOf(images)) / workOf(record.counts)) * epochs;
}

const workOf = ({ train, validation }: { readonly train: number; readonly validation: number }): number =>
  train + VALIDATION_COST * validation;

const costsTheSame = (one: RunConfig, other: RunConfig): boolean =>
  one.imageSize === other.imageSize &&
  one.headSolver === other.headSolver &&
  one.featureViews === other.featureViews &&
  one.patchDropout === other.patchDropout;
