import { FoveaError } from '#shared/ipc/errors';
import type { Membership } from '#shared/models/membership';
import type { RunConfigGiven } from '../runs/run-preview';
import type { DealtFolds } from '../splits/folds';
import { newExperimentId } from './experiment-files';
import type { MembersPlan } from './start-members';

export interface FoldsRequest {
  readonly config: RunConfigGiven;
  readonly folds: number;
  /** Seed of the folds; training uses the configuration's. */
  readonly seed: number;
  readonly name?: string | undefined;
}

/** Plans a run for each fold: validated on it, trained on the others. Throws `folds_not_possible`. */
export function foldMembers(
  { config, folds }: FoldsRequest,
  { plan, samples }: DealtFolds,
): MembersPlan<Extract<Membership, { kind: 'folds' }>> {
  const problem = plan.problems[0];
  if (problem !== undefined) {
    throw new FoveaError('folds_not_possible', problem, {
      hint: plan.problems.slice(1).join(' ') || 'Fix this, then start again.',
    });
  }
  const experiment = newExperimentId(new Date(), 'folds');
  const numbers = samples.map((_, index) => index + 1);
  return {
    memberships: numbers.map((fold) => ({ kind: 'folds', experiment, fold, folds })),
    runOf: ({ fold }, title) => ({ config, name: `${title}: fold ${fold}`, samples: samples[fold - 1] ?? [] }),
    experimentOf: (common, runs) => ({
      ...common,
      kind: 'folds',
      folds,
      members: numbers.map((fold) => ({ run: runs[fold - 1] ?? '', fold })),
    }),
  };
}
