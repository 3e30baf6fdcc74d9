import type { SplitName, SplitRequestInput, SplitSummary } from '#shared/models/dataset';
import type { OriginList } from '#shared/models/held-out';
import type { SplitAddition } from '#shared/models/split-addition';
import { currentSplit } from '../../store/splits';
import { type Background, placeOf } from '../background/background';
import type { Duplicates } from '../duplicates/duplicates';
import type { OpenProject } from '../project/projects';
import { splitTasks } from './split-tasks';

/** `Splits` for other services: runs in the background, and searches for duplicates before each split. */
export interface Splitting {
  split(project: OpenProject, request: SplitRequestInput): Promise<SplitSummary>;
  /** Makes the default split, by patient with duplicates kept together, if the project has none. */
  splitIfMissing(project: OpenProject): Promise<void>;
  addition(project: OpenProject): Promise<SplitAddition | null>;
  addNew(project: OpenProject): Promise<SplitAddition>;
  move(project: OpenProject, images: readonly number[], split: SplitName): Promise<SplitSummary>;
  origins(project: OpenProject): Promise<OriginList[]>;
  signOff(project: OpenProject, name: string, reason: string): Promise<SplitSummary>;
  withdrawSignOff(project: OpenProject): Promise<SplitSummary>;
}

export function createSplitting(options: {
  readonly duplicates: Pick<Duplicates, 'search'>;
  readonly background: Background;
}): Splitting {
  const { duplicates, background } = options;
  const split: Splitting['split'] = async (project, request) => {
    // Unknown duplicates would end up in different splits.
    if (request.keepDuplicatesTogether !== false) await duplicates.search(project);
    return background(splitTasks.split, { project: placeOf(project), request });
  };
  return {
    split,
    async splitIfMissing(project) {
      if (currentSplit(project.store) === null) await split(project, {});
    },
    addition: (project) => background(splitTasks.addition, { project: placeOf(project) }),
    async addNew(project) {
      // A duplicate of a test image must stay out.
      await duplicates.search(project);
      return background(splitTasks.addNew, { project: placeOf(project) });
    },
    move: (project, images, split) => background(splitTasks.move, { project: placeOf(project), images, split }),
    origins: (project) => background(splitTasks.origins, { project: placeOf(project) }),
    signOff: (project, name, reason) => background(splitTasks.signOff, { project: placeOf(project), name, reason }),
    withdrawSignOff: (project) => background(splitTasks.withdrawSignOff, { project: placeOf(project) }),
  };
}
