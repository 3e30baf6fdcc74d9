import { FoveaError } from '#shared/ipc/errors';
import type { RunSummary } from '#shared/models/run';
import { continuedConfig } from '#shared/training/continue';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { bestCheckpoint, readRunSamples } from '../run-records/run-files';
import { openRunModel } from '../run-records/run-model';
import type { NewRun } from './run-creation';

/**
 * A run of `epochs` more epochs from the best model of a run, with its images, split, classes and pipeline. Optimizer
 * and schedule start anew. Throws `no_model`, `run_damaged`, `run_active`, `nothing_to_continue`.
 */
export async function continueRun(
  project: OpenProject,
  parent: RunSummary,
  epochs: number,
  name?: string,
): Promise<NewRun> {
  if (parent.state === 'running' || parent.state === 'queued') {
    throw new FoveaError('run_active', 'This run is training or queued.', { hint: 'Let it finish, or stop it first.' });
  }
  const folder = runFolder(project.folder, parent.id);
  const { record } = await openRunModel(folder);
  const config = continuedConfig(record.config, epochs);
  if (config === null) {
    throw new FoveaError('nothing_to_continue', 'This run has no epochs to go on with.', {
      hint: 'A head that was solved directly is finished, and a search chooses its own epochs. Start a new run with another preset.',
    });
  }
  return {
    config,
    name: name ?? `${parent.name}, ${epochs} more`,
    samples: await readRunSamples(folder),
    signOff: record.signOff ?? undefined,
    origin: {
      parent: { run: parent.id, name: parent.name, epoch: parent.best?.epoch ?? null },
      weights: bestCheckpoint(folder),
      classes: record.classes,
      pipeline: record.pipeline,
    },
  };
}
