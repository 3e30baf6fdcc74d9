import { type SplitName, type SplitRequestInput, type SplitSummary, splitRequestSchema } from '#shared/models/dataset';
import { type HeldOut, type OriginList, originKinds } from '#shared/models/held-out';
import type { SplitAddition } from '#shared/models/split-addition';
import type { SplitShares } from '#shared/splitting/split';
import { formatQuantity } from '#shared/text/number';
import { forgetMoves, pushAction } from '../../store/actions';
import { appendAudit } from '../../store/audit';
import {
  addSplit,
  currentSplit,
  currentSplits,
  type StoredSplit,
  setLeaks,
  setMember,
  splitCandidates,
} from '../../store/splits';
import { duplicateGroups, keptTogether } from '../duplicates/duplicate-groups';
import { knownLeaks, placedImages } from '../duplicates/known-leaks';
import { patientDoubtWarnings } from '../patients/patient-doubts';
import { findPeople } from '../patients/same-person';
import type { OpenProject } from '../project/projects';
import { listOrigins } from './held-out';
import { planSplit } from './plan-split';
import { requireSplit, signSplit, withdrawSignOff } from './sign-offs';
import { planAddition } from './split-addition';
import { CARVED_SEED, splitsAsGiven } from './split-as-given';
import { type Counted, summarizeSplit } from './split-summary';

export interface Splits {
  /** Makes a new split current. Throws `no_labels`, `one_class`, `split_shares`, `held_out_unknown`, `held_out_all`. */
  split(project: OpenProject, request: SplitRequestInput): SplitSummary;
  /**
   * Makes the split named by folders or a table current, with validation carved from train (by patient) where they name
   * none. Null if they name a split for no image.
   */
  splitAsGiven(project: OpenProject): SplitSummary | null;
  /** Null if there is no split. `counted`: counts that the caller already has. */
  current(project: OpenProject, counted?: Counted): SplitSummary | null;
  /** What `addNew` would do; null without a split. */
  addition(project: OpenProject): SplitAddition | null;
  /**
   * Adds the labelled images outside the current split to its train and validation parts; the test part stays as it is.
   * Can be undone. Throws `no_split`.
   */
  addNew(project: OpenProject): SplitAddition;
  /** Moves images to another split. Can be undone. Throws `no_split`. */
  move(project: OpenProject, images: readonly number[], split: SplitName): SplitSummary;
  /** Sites, scanners and stations that can be held out as the test split, with their labelled images. */
  origins(project: OpenProject): OriginList[];
  /**
   * Allows training although groups are in more than one split; every result will state it. Throws `no_split`,
   * `nothing_to_sign`.
   */
  signOff(project: OpenProject, name: string, reason: string): SplitSummary;
  /** Throws `no_split`. */
  withdrawSignOff(project: OpenProject): SplitSummary;
}

export function createSplits(): Splits {
  return {
    split(project, given) {
      const request = splitRequestSchema.parse(given);
      const { members, notes } = planSplit(project.store, request);
      if (request.group === 'patient') notes.push(...patientDoubtWarnings(project.store));
      store(
        project,
        {
          ...request,
          test: request.heldOut === null ? request.test : 0,
          grouping: request.group,
          keepDuplicates: request.keepDuplicatesTogether,
        },
        members,
        notes,
      );
      return summarizeSplit(project) as SplitSummary;
    },
    splitAsGiven(project) {
      const before = currentSplit(project.store);
      const candidates = splitCandidates(project.store);
      const given = candidates.filter((one) => one.given !== null);
      if (given.length === 0) return null;
      const { members, notes } = splitsAsGiven(
        given,
        keptTogether(duplicateGroups(project.store)),
        findPeople(project.store),
        before?.grouping === 'folders',
      );
      if (before !== null && before.signOff !== null) {
        notes.push(`The sign-off by ${before.signOff.name} is void, because images were added since.`);
      }
      const share = (split: SplitName) => [...members.values()].filter((one) => one === split).length / members.size;
      const shares = { validation: share('validation'), test: share('test') };
      store(
        project,
        { ...shares, seed: CARVED_SEED, grouping: 'folders', keepDuplicates: false, heldOut: null },
        members,
        notes,
      );
      return summarizeSplit(project);
    },
    current: summarizeSplit,
    addition({ store }) {
      const split = currentSplit(store);
      return split === null ? null : planAddition(store, split).addition;
    },
    addNew: (project) => addToSplit(project, requireSplit(project.store)),
    move(project, images, name) {
      const split = requireSplit(project.store);
      project.store.transaction(() => {
        const before = currentSplits(project.store, images).filter((one) => one.split !== name);
        if (before.length === 0) return;
        for (const { id } of before) setMember(project.store, split.id, id, name);
        pushAction(project.store, {
          kind: 'move',
          description: `move of ${before.length === 1 ? '1 image' : `${before.length} images`} to ${name}`,
          before: { split: split.id, parts: before.map((one) => [one.id, one.split]) },
        });
        appendAudit(project.store, 'split.move', { split: split.id, images: before.length, name });
      });
      return summarizeSplit(project) as SplitSummary;
    },
    origins: (project) => originKinds.map((by) => listOrigins(project.store, by)),
    signOff(project, name, reason) {
      signSplit(project.store, name, reason);
      return summarizeSplit(project) as SplitSummary;
    },
    withdrawSignOff(project) {
      withdrawSignOff(project.store);
      return summarizeSplit(project) as SplitSummary;
    },
  };
}

function addToSplit({ store }: OpenProject, split: StoredSplit): SplitAddition {
  return store.transaction(() => {
    const { members, addition } = planAddition(store, split);
    if (members.size === 0) return addition;
    for (const [id, part] of members) setMember(store, split.id, id, part);
    pushAction(store, {
      kind: 'move',
      description: `addition of ${formatQuantity(members.size, 'image')} to the split`,
      before: { split: split.id, parts: [...members.keys()].map((id) => [id, null]) },
    });
    appendAudit(store, 'split.add', { split: split.id, ...addition });
    return addition;
  });
}

function store(
  project: OpenProject,
  split: SplitShares & {
    readonly seed: number;
    readonly grouping: 'patient' | 'none' | 'folders';
    readonly keepDuplicates: boolean;
    readonly heldOut: HeldOut | null;
  },
  members: ReadonlyMap<number, SplitName>,
  notes: readonly string[],
): void {
  const { validation, test, seed, grouping, keepDuplicates, heldOut } = split;
  project.store.transaction(() => {
    const id = addSplit(
      project.store,
      { validation, test, seed, grouping, keepDuplicates, heldOut, warnings: notes },
      members,
    );
    forgetMoves(project.store);
    setLeaks(project.store, id, knownLeaks(project.store, placedImages(project.store), 'split'));
    appendAudit(project.store, 'split.make', {
      split: id,
      validation,
      test,
      seed,
      grouping,
      keepDuplicates,
      heldOut,
      images: members.size,
    });
  });
}
