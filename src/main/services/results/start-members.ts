import type { Experiment } from '#shared/models/experiment';
import type { Membership } from '#shared/models/membership';
import type { OpenProject } from '../project/projects';
import type { NewRun } from '../runs/run-creation';
import { backboneName } from '../runs/run-store';
import type { Runs } from '../runs/runs';
import { experimentName, writeExperiment } from './experiment-files';

/** Fields common to all kinds of experiments. */
export type ExperimentCommon = Pick<Experiment, 'id' | 'name' | 'createdAt'>;

/** An experiment to start: at least one member, and the record to write once all of them have a run. */
export interface MembersPlan<Member extends Membership> {
  readonly memberships: readonly Member[];
  /** `title`: name of the experiment, from which its runs are named. */
  readonly runOf: (membership: Member, title: string) => NewRun;
  /** `runs`: ids, one for each membership. */
  readonly experimentOf: (common: ExperimentCommon, runs: readonly string[]) => Experiment;
}

export interface MembersStart {
  /**
   * Queues the runs of an experiment, all or none, and writes its file. The default name is from its kind and backbone.
   * Throws the errors of starting a run.
   */
  start<Member extends Membership>(
    project: OpenProject,
    name: string | undefined,
    plan: MembersPlan<Member>,
  ): Promise<Experiment>;
  /** Experiments with runs in the queue whose own file is not written yet. */
  readonly starting: ReadonlySet<string>;
}

export function createMembersStart({ runs }: { readonly runs: Pick<Runs, 'startAll'> }): MembersStart {
  const starting = new Set<string>();
  return {
    starting,
    async start(project, name, { memberships, runOf, experimentOf }) {
      const [first] = memberships;
      if (first === undefined) throw new Error('an experiment has runs');
      const title = name?.trim() || experimentName(first, backboneName(runOf(first, '').config.backbone));
      starting.add(first.experiment);
      try {
        const started = await runs.startAll(
          project,
          memberships.map((membership) => ({ ...runOf(membership, title), experiment: membership })),
        );
        const common = { id: first.experiment, name: title, createdAt: new Date().toISOString() };
        const experiment = experimentOf(
          common,
          started.map(({ id }) => id),
        );
        await writeExperiment(project, experiment);
        return experiment;
      } finally {
        starting.delete(first.experiment);
      }
    },
  };
}
