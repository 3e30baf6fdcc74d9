import type { SplitPart } from '#shared/models/dataset';
import type { ReviewDecision, ReviewFinding } from '#shared/models/review';
import { formatQuantity } from '#shared/text/number';
import { invoke } from '../../../bridge/bridge';
import { confirm } from '../../../components/confirm';
import { splitNames } from '../../../theme/class-colours';
import { useReadingAs } from './reading-as-store';
import { saysReadOnly, useUndoable } from './use-undoable';

export interface Labelling {
  readonly label: (images: readonly number[], label: string | null) => Promise<boolean>;
  readonly move: (images: readonly number[], part: SplitPart) => Promise<boolean>;
  readonly remove: (images: readonly number[]) => Promise<boolean>;
  /** What a person says of the groups of duplicates that hold these images. */
  readonly judge: (images: readonly number[], verdict: 'keep' | 'different') => Promise<boolean>;
  /** Settles images whose readers disagree. */
  readonly adjudicate: (images: readonly number[], label: string) => Promise<boolean>;
  readonly takeMajority: () => Promise<boolean>;
  /** Anything else that can be undone; answers with what to say of it, or null. */
  readonly change: (work: () => Promise<string | null>) => Promise<boolean>;
  /** What a person decides about findings of the review. */
  readonly decide: (
    findings: readonly Pick<ReviewFinding, 'image' | 'reason'>[],
    decision: ReviewDecision,
  ) => Promise<boolean>;
  readonly undo: () => Promise<void>;
}

/**
 * What a person does to images, each stored at once and each with a way back. Keys can come faster than answers: they
 * take effect in the order in which they were pressed, so that undo takes back the last of them.
 */
export function useLabelling(project: string): Labelling {
  const { act, undo } = useUndoable(project);
  return {
    label: (images, label) =>
      act(async () => {
        const { name: reader } = useReadingAs.getState();
        const { changed: count } = await invoke('dataset.label', {
          project,
          images: [...images],
          label,
          ...(reader === null ? {} : { reader }),
        });
        if (count === 0) return unchanged(images.length, label);
        if (reader !== null) {
          return label === null
            ? `${reader} takes back ${formatQuantity(count, 'reading')}`
            : `${reader} reads ${formatQuantity(count, 'image')} as ${label}`;
        }
        return label === null
          ? `Label taken from ${formatQuantity(count, 'image')}`
          : `${formatQuantity(count, 'image')} labelled ${label}`;
      }),
    move: (images, part) =>
      act(async () => {
        const split = await invoke('dataset.moveToSplit', { project, images: [...images], split: part });
        const across =
          split.patientsAcrossSplits > 0
            ? `. Now ${formatQuantity(split.patientsAcrossSplits, 'patient')} in more than one part`
            : split.duplicatesAcrossSplits > 0
              ? `. Now ${formatQuantity(split.duplicatesAcrossSplits, 'group')} of duplicates in more than one part`
              : '';
        return `${formatQuantity(images.length, 'image')} moved to ${splitNames[part]}${across}`;
      }),
    judge: (images, verdict) =>
      act(async () => {
        const { changed: count } = await invoke('dataset.judgeDuplicates', { project, images: [...images], verdict });
        if (count === 0) return null;
        return verdict === 'keep'
          ? `${formatQuantity(count, 'image')} kept`
          : `${formatQuantity(count, 'image')} called different`;
      }),
    adjudicate: (images, label) =>
      act(async () => {
        const { changed: count } = await invoke('readers.adjudicate', { project, images: [...images], label });
        return count === 0 ? null : `${formatQuantity(count, 'image')} settled as ${label}`;
      }),
    takeMajority: () =>
      act(async () => {
        const { changed: count } = await invoke('readers.takeMajority', { project });
        return count === 0 ? null : `${formatQuantity(count, 'image')} settled by majority`;
      }),
    change: act,
    decide: (given, decision) =>
      act(async () => {
        const findings = given.map(({ image, reason }) => ({ image, reason }));
        const { changed: count } = await invoke('review.judge', { project, findings, decision });
        return count === 0 ? null : decided(decision, count);
      }),
    remove: async (images) => {
      if (saysReadOnly()) return false;
      const sure = await confirm({
        title: `Remove ${formatQuantity(images.length, 'image')} from the project?`,
        message: 'The files on disk stay as they are. You can undo this.',
        confirmLabel: 'Remove',
        danger: true,
      });
      if (!sure) return false;
      return act(async () => {
        const { changed: count } = await invoke('dataset.remove', { project, images: [...images] });
        return `${formatQuantity(count, 'image')} removed`;
      });
    },
    undo,
  };
}

/** The key of a class that an image has already is not lost: it says so. */
const unchanged = (images: number, label: string | null): string =>
  `${images === 1 ? 'This image' : 'These images'} ${label === null ? 'had no label' : images === 1 ? `is labelled ${label} already` : `are labelled ${label} already`}`;

function decided(decision: ReviewDecision, count: number): string {
  switch (decision.kind) {
    case 'accept':
      return count === 1 ? 'Accepted: right as it is' : `${formatQuantity(count, 'image')} accepted`;
    case 'defer':
      return 'Deferred: it comes back at the end';
    case 'reopen':
      return 'Back in the queue';
    case 'relabel':
      return decision.label === null ? 'Label taken away' : `Labelled ${decision.label}`;
    case 'exclude':
      return 'Removed from the project; its file stays';
    case 'same':
      return 'Duplicates: kept in one part from now on';
    case 'different':
      return 'No duplicates: not asked about again';
  }
}
