import { FoveaError } from '#shared/ipc/errors';
import { personNameSchema, type SplitSignOff, signOffReasonSchema } from '#shared/models/sign-off';
import { appendAudit } from '../../store/audit';
import type { ProjectStore } from '../../store/open';
import { currentSplit, hashMembers, type StoredSplit, setSignOff } from '../../store/splits';
import { findLeaks, type Leaks } from '../duplicates/duplicate-groups';

/** The sign-off of a split, and whether a change since has made it void; null if nobody has signed. */
export function signOffOf(
  store: ProjectStore,
  split: Pick<StoredSplit, 'id' | 'signOff'>,
  leaks: Leaks,
): SplitSignOff | null {
  if (split.signOff === null) return null;
  const { members, ...signOff } = split.signOff;
  const isChanged = hashMembers(store, split.id) !== members;
  return { ...signOff, void: isChanged ? 'changed' : leaks.groups > signOff.groups ? 'grown' : null };
}

/**
 * Signs off the leaks of the current split. The audit trail keeps who signed and when, even after a withdrawal. Throws
 * `no_split`, `nothing_to_sign`.
 */
export function signSplit(store: ProjectStore, givenName: string, givenReason: string): void {
  const name = personNameSchema.parse(givenName);
  const reason = signOffReasonSchema.parse(givenReason);
  store.transaction(() => {
    const split = requireSplit(store);
    const { groups, patients, duplicates } = findLeaks(store);
    if (groups === 0) {
      throw new FoveaError('nothing_to_sign', 'No patient or duplicate group is in more than one split.', {
        hint: 'Training can start. No sign-off is needed.',
      });
    }
    const signOff = { name, reason, at: new Date().toISOString(), groups, patients, duplicates };
    setSignOff(store, split.id, { ...signOff, members: hashMembers(store, split.id) });
    appendAudit(store, 'split.sign-off', { split: split.id, by: name, reason, groups, patients, duplicates });
  });
}

/** Withdraws the sign-off of the current split. Runs started under it keep it in their records. Throws `no_split`. */
export function withdrawSignOff(store: ProjectStore): void {
  store.transaction(() => {
    const split = requireSplit(store);
    if (split.signOff === null) return;
    setSignOff(store, split.id, null);
    appendAudit(store, 'split.sign-off-withdrawn', { split: split.id, by: split.signOff.name });
  });
}

/** The current split. Throws `no_split`. */
export function requireSplit(store: ProjectStore): StoredSplit {
  const split = currentSplit(store);
  if (split !== null) return split;
  throw new FoveaError('no_split', 'There is no split yet.', { hint: 'Create one in the split editor first.' });
}
