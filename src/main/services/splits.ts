import { FoveaError } from '#shared/ipc/errors';
import {
  type SplitPart,
  type SplitRequestGiven,
  type SplitSummary,
  splitParts,
  splitRequestSchema,
} from '#shared/models/dataset';
import { type SplitShares, splitDeviation, splitItems } from '#shared/splitting/split';
import { forgetMoves, pushAction } from '../store/actions';
import { appendAudit } from '../store/audit';
import { type ClassCounts, classCounts, type ImageGroup, imageGroups, partPatients } from '../store/counts';
import { classesByName } from '../store/labels';
import { addSplit, currentParts, currentSplit, type SplitCandidate, setMember, splitCandidates } from '../store/splits';
import { duplicateGroups, findLeaks, keptTogether, type MemberGroup } from './duplicate-groups';
import type { Events } from './events';
import type { OpenProject } from './projects';
import { toSplitItems } from './split-items';
import { splitWarnings } from './splits-warnings';

export interface Splits {
  /** Makes a new split current. Throws `no_labels`, `one_class`, `split_shares`. */
  split(project: OpenProject, request: SplitRequestGiven): SplitSummary;
  /**
   * Makes the split that folders or a table name, with validation carved from train (grouped by patient) where they
   * name none. Null where no image has a part given.
   */
  splitAsGiven(project: OpenProject): SplitSummary | null;
  /** `counted`: where the caller has counted already. */
  current(project: OpenProject, counted?: Counted): SplitSummary | null;
  /** Throws `no_split`. Can be undone. */
  move(project: OpenProject, images: readonly number[], part: SplitPart): SplitSummary;
}

/** Share of train that becomes validation where folders name no validation part, and the seed it is drawn with. */
const CARVED_SHARE = 0.2;
const CARVED_SEED = 42;

export interface Counted {
  readonly groups: readonly ImageGroup[];
  readonly duplicates: readonly MemberGroup[];
}

export function createSplits(options: { readonly events: Events }): Splits {
  const changed = (project: OpenProject) =>
    options.events.emit('project.changed', { project: project.id, what: 'dataset' });

  return {
    split(project, given) {
      const request = splitRequestSchema.parse(given);
      if (request.validation + request.test > 0.95) {
        throw new FoveaError('split_shares', 'Validation and test together leave too little to train on.', {
          hint: 'Let them add up to 0.95 at most; 0.2 each is usual.',
        });
      }
      const candidates = splitCandidates(project.store);
      requireClasses(candidates);
      const duplicates = request.keepDuplicatesTogether ? keptTogether(duplicateGroups(project.store)) : [];
      const members = splitItems(toSplitItems(candidates, request.group, duplicates), request, request.seed);
      store(
        project,
        { ...request, grouping: request.group, keepDuplicates: request.keepDuplicatesTogether },
        members,
        [],
      );
      changed(project);
      return summarize(project) as SplitSummary;
    },
    splitAsGiven(project) {
      const before = currentSplit(project.store);
      const candidates = splitCandidates(project.store);
      const given = candidates.filter((one) => one.given !== null);
      if (given.length === 0) return null;
      const { members, notes } = partsAsGiven(
        given,
        keptTogether(duplicateGroups(project.store)),
        before?.grouping === 'folders',
      );
      const share = (part: SplitPart) => [...members.values()].filter((one) => one === part).length / members.size;
      const shares = { validation: share('validation'), test: share('test') };
      store(project, { ...shares, seed: CARVED_SEED, grouping: 'folders', keepDuplicates: false }, members, notes);
      changed(project);
      return summarize(project);
    },
    current: summarize,
    move(project, images, part) {
      const split = currentSplit(project.store);
      if (split === null) {
        throw new FoveaError('no_split', 'There is no split yet.', { hint: 'Make one in the split editor first.' });
      }
      project.store.transaction(() => {
        const before = currentParts(project.store, images).filter((one) => one.part !== part);
        if (before.length === 0) return;
        for (const { id } of before) setMember(project.store, split.id, id, part);
        pushAction(project.store, {
          kind: 'move',
          description: `Move ${before.length === 1 ? '1 image' : `${before.length} images`} to ${part}`,
          before: { split: split.id, parts: before.map((one) => [one.id, one.part]) },
        });
        appendAudit(project.store, 'split.move', { split: split.id, images: before.length, part });
      });
      changed(project);
      return summarize(project) as SplitSummary;
    },
  };
}

/**
 * Parts of images that folders or a table give. `keep`: the present split came from folders too, so that images that
 * are in it stay where they are (a person may have moved them).
 */
function partsAsGiven(
  given: readonly SplitCandidate[],
  duplicates: readonly MemberGroup[],
  keep: boolean,
): { readonly members: Map<number, SplitPart>; readonly notes: string[] } {
  const members = new Map<number, SplitPart>();
  for (const one of given) members.set(one.id, (keep ? one.part : null) ?? one.given ?? 'train');
  const notes: string[] = [];
  const train = given.filter((one) => one.given === 'train');
  if (!given.some((one) => one.given === 'validation') && train.length > 1) {
    notes.push('The folders name no validation part: a fifth of train, whole patients, became validation (seed 42).');
    const validated = keep && given.some((one) => one.part === 'validation');
    if (!validated) {
      const carved = splitItems(
        toSplitItems(train, 'patient', duplicates),
        { validation: CARVED_SHARE, test: 0 },
        CARVED_SEED,
      );
      for (const [id, part] of carved) members.set(id, part);
    } else {
      // Carved before: new images go where their patient or what looks like them is.
      const items = toSplitItems(given, 'patient', duplicates);
      const groups = new Set(
        items.flatMap((item, index) => (given[index]?.part === 'validation' ? (item.group ?? []) : [])),
      );
      for (const [index, one] of given.entries()) {
        const group = items[index]?.group ?? null;
        if (one.given === 'train' && one.part === null && group !== null && groups.has(group)) {
          members.set(one.id, 'validation');
        }
      }
    }
  }
  if (!given.some((one) => one.given === 'test')) {
    notes.push('The folders name no test part: an evaluation on unseen images needs one.');
  }
  return { members, notes };
}

function requireClasses(candidates: readonly SplitCandidate[]): void {
  if (candidates.length === 0) {
    throw new FoveaError('no_labels', 'No image has a label yet, so there is nothing to split.', {
      hint: 'Label images in the data screen, or import them with labels.',
    });
  }
  if (new Set(candidates.map((one) => one.label)).size < 2) {
    throw new FoveaError('one_class', 'All labelled images are of one class: a classifier needs two classes.', {
      hint: 'Add images of another class, or give some of these another label.',
    });
  }
}

function store(
  project: OpenProject,
  split: SplitShares & {
    readonly seed: number;
    readonly grouping: 'patient' | 'none' | 'folders';
    readonly keepDuplicates: boolean;
  },
  members: ReadonlyMap<number, SplitPart>,
  notes: readonly string[],
): void {
  const { validation, test, seed, grouping, keepDuplicates } = split;
  project.store.transaction(() => {
    const id = addSplit(project.store, { validation, test, seed, grouping, keepDuplicates, warnings: notes }, members);
    forgetMoves(project.store);
    appendAudit(project.store, 'split.make', {
      split: id,
      validation,
      test,
      seed,
      grouping,
      keepDuplicates,
      images: members.size,
    });
  });
}

function summarize(project: OpenProject, counted?: Counted): SplitSummary | null {
  const split = currentSplit(project.store);
  if (split === null) return null;
  const { groups, duplicates } = counted ?? {
    groups: imageGroups(project.store),
    duplicates: duplicateGroups(project.store),
  };
  const byClass = classCounts(groups);
  const classes = classesByName(project.store).flatMap(({ id, name }) => {
    const of = byClass.get(id);
    return of === undefined ? [] : [{ name, ...of }];
  });
  const { patients } = partPatients(groups);
  const leaks = findLeaks(project.store, groups, duplicates);
  const total = (pick: (one: ClassCounts) => number) => classes.reduce((sum, one) => sum + pick(one), 0);
  const counts = { train: byName(), validation: byName(), test: byName() };
  for (const one of classes) {
    for (const part of splitParts) if (one.parts[part] > 0) counts[part][one.name] = one.parts[part];
  }
  return {
    id: split.id,
    seed: split.seed,
    group: split.grouping,
    createdAt: split.created_at,
    counts,
    patients,
    keepDuplicatesTogether: split.keepDuplicates,
    groupsAcrossSplits: leaks.groups,
    patientsAcrossSplits: leaks.patients,
    duplicatesAcrossSplits: leaks.duplicates,
    deviation: splitDeviation(
      classes.map((one) => splitParts.map((part) => one.parts[part])),
      split,
    ),
    warnings: [
      ...split.warnings,
      ...splitWarnings({
        grouping: split.grouping,
        expected: splitParts.filter((part) => part === 'train' || split[part] > 0),
        counts,
        classes: classes.map((one) => ({
          name: one.name,
          groups: split.grouping === 'none' ? one.images : one.patients + one.withoutPatient,
        })),
        leaks,
        largestAlike: split.keepDuplicates ? largest(keptTogether(duplicates)) : 0,
        alikeByNature: duplicates.reduce((sum, one) => sum + (one.common ? one.images.length : 0), 0),
        outside: total((one) => one.outside),
        withoutPatient: total((one) => one.withoutPatient),
        images: total((one) => one.images),
      }),
    ],
  };
}

const largest = (groups: readonly MemberGroup[]): number =>
  groups.reduce((most, one) => Math.max(most, one.images.length), 0);

/** Class names are a person's: one may be called “constructor”. */
const byName = (): Record<string, number> => Object.create(null) as Record<string, number>;
