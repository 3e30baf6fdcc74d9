import { FoveaError } from '#shared/ipc/errors';
import type { Membership } from '#shared/models/membership';
import type { RunConfigGiven } from '../runs/run-preview';
import type { DealtLeak } from '../splits/leak-splits';
import { newExperimentId } from './experiment-files';
import type { MembersPlan } from './start-members';

export interface LeakShares {
  readonly validation: number;
  readonly test: number;
  /** Seed of both splits; training uses the configuration's. */
  readonly seed: number;
}

export interface LeakRequest extends LeakShares {
  readonly config: RunConfigGiven;
  readonly name?: string | undefined;
}

/** Plans the same run on a leaking and on a grouped split. Throws `leak_not_possible`. */
export function leakMembers(
  { config }: LeakRequest,
  { plan, leaking, grouped, signOff }: DealtLeak,
): MembersPlan<Extract<Membership, { kind: 'leak' }>> {
  const problem = plan.problems[0];
  if (problem !== undefined) {
    throw new FoveaError('leak_not_possible', problem, {
      hint: plan.problems.slice(1).join(' ') || 'Fix this, then start again.',
    });
  }
  const experiment = newExperimentId(new Date(), 'leak');
  const sides = [false, true];
  return {
    memberships: sides.map((isGrouped) => ({ kind: 'leak', experiment, grouped: isGrouped })),
    runOf: ({ grouped: isGrouped }, title) =>
      isGrouped
        ? { config, name: `${title}: grouped`, samples: grouped }
        : { config, name: `${title}: leaking`, samples: leaking, signOff },
    experimentOf: (common, runs) => ({
      ...common,
      kind: 'leak',
      members: sides.map((isGrouped, index) => ({ run: runs[index] ?? '', grouped: isGrouped })),
    }),
  };
}
