import { FoveaError } from '#shared/ipc/errors';
import type { SplitName, SplitRequest } from '#shared/models/dataset';
import { splitItems } from '#shared/splitting/split';
import type { ProjectStore } from '../../store/open';
import { type SplitCandidate, splitCandidates } from '../../store/splits';
import { duplicateGroups, keptTogether } from '../duplicates/duplicate-groups';
import { findPeople } from '../patients/same-person';
import { heldOutSplits } from './held-out';
import { toSplitItems } from './split-items';

/**
 * Draws a split of all labelled images without storing it. Throws `no_labels`, `one_class`, `split_shares`,
 * `held_out_unknown`, `held_out_all`.
 */
export function planSplit(
  store: ProjectStore,
  request: SplitRequest,
): { readonly members: ReadonlyMap<number, SplitName>; readonly notes: string[] } {
  if (request.heldOut === null && request.validation + request.test > 0.95) {
    throw new FoveaError('split_shares', 'Validation and test together leave too little to train on.', {
      hint: 'Their sum can be at most 0.95; 0.2 each is common.',
    });
  }
  const candidates = splitCandidates(store);
  requireClasses(candidates);
  const duplicates = request.keepDuplicatesTogether ? keptTogether(duplicateGroups(store)) : [];
  const items = toSplitItems(candidates, request.group, duplicates, findPeople(store));
  if (request.heldOut === null) return { members: splitItems(items, request, request.seed), notes: [] };
  return heldOutSplits(store, items, request.heldOut, request);
}

function requireClasses(candidates: readonly SplitCandidate[]): void {
  if (candidates.length === 0) {
    throw new FoveaError('no_labels', 'No labelled images yet.', {
      hint: 'Label images on the Data screen, or import them with labels.',
    });
  }
  if (new Set(candidates.map((one) => one.label)).size < 2) {
    throw new FoveaError('one_class', 'All labelled images have the same class. A classifier needs at least two.', {
      hint: 'Add images of another class, or relabel some of these.',
    });
  }
}
