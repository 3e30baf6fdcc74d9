import type { SplitName } from '#shared/models/dataset';
import type { ReviewDecision, ReviewFinding } from '#shared/models/review';
import { formatQuantity } from '#shared/text/number';
import { invoke } from '../../../bridge/bridge';
import { confirm } from '../../../components/confirm';
import { splitTitles } from '../../../theme/class-colours';
import { useReadingAs } from './reading-as-store';
import { useUndoable, warnIfReadOnly } from './use-undoable';

export interface Labelling {
  readonly label: (images: readonly number[], label: string | null) => Promise<boolean>;
  readonly move: (images: readonly number[], split: SplitName) => Promise<boolean>;
  readonly remove: (images: readonly number[]) => Promise<boolean>;
  /** Records a verdict on the duplicate groups of these images. */
  readonly judge: (images: readonly number[], verdict: 'keep' | 'different') => Promise<boolean>;
  /** Sets the labels of images whose readers disagree. */
  readonly adjudicate: (images: readonly number[], label: string) => Promise<boolean>;
  readonly takeMajority: () => Promise<boolean>;
  /** Any other undoable change; `work` resolves to the message to show, or null. */
  readonly change: (work: () => Promise<string | null>) => Promise<boolean>;
  /** Records a decision about findings of the review. */
  readonly decide: (
    findings: readonly Pick<ReviewFinding, 'image' | 'reason'>[],
    decision: ReviewDecision,
  ) => Promise<boolean>;
  readonly undo: () => Promise<void>;
}

/**
 * A person's changes to images, each stored at once and undoable. Keys can come faster than answers: changes take
 * effect in the order of the key presses, so that undo reverts the last one.
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
            ? `${reader}: ${formatQuantity(count, 'reading')} withdrawn`
            : `${reader}: ${formatQuantity(count, 'image')} read as ${label}`;
        }
        return label === null
          ? `Label removed from ${formatQuantity(count, 'image')}`
          : `${formatQuantity(count, 'image')} labelled ${label}`;
      }),
    move: (images, target) =>
      act(async () => {
        const split = await invoke('dataset.moveToSplit', { project, images: [...images], split: target });
        const across =
          split.patientsAcrossSplits > 0
            ? `. Now ${formatQuantity(split.patientsAcrossSplits, 'patient')} in more than one split`
            : split.duplicatesAcrossSplits > 0
              ? `. Now ${formatQuantity(split.duplicatesAcrossSplits, 'group')} of duplicates in more than one split`
              : '';
        return `${formatQuantity(images.length, 'image')} moved to ${splitTitles[target]}${across}`;
      }),
    judge: (images, verdict) =>
      act(async () => {
        const { changed: count } = await invoke('dataset.judgeDuplicates', { project, images: [...images], verdict });
        if (count === 0) return null;
        return verdict === 'keep'
          ? `${formatQuantity(count, 'image')} kept`
          : `${formatQuantity(count, 'image')} marked as not duplicates`;
      }),
    adjudicate: (images, label) =>
      act(async () => {
        const { changed: count } = await invoke('readers.adjudicate', { project, images: [...images], label });
        return count === 0 ? null : `${formatQuantity(count, 'image')} adjudicated as ${label}`;
      }),
    takeMajority: () =>
      act(async () => {
        const { changed: count } = await invoke('readers.takeMajority', { project });
        return count === 0 ? null : `${formatQuantity(count, 'image')} adjudicated by majority`;
      }),
    change: act,
    decide: (items, decision) =>
      act(async () => {
        const findings = items.map(({ image, reason }) => ({ image, reason }));
        const { changed: count } = await invoke('review.judge', { project, findings, decision });
        return count === 0 ? null : decided(decision, count);
      }),
    remove: async (images) => {
      if (warnIfReadOnly()) return false;
      const sure = await confirm({
        title: `Remove ${formatQuantity(images.length, 'image')} from the project?`,
        message: 'The files on disk are not changed. You can undo this.',
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

/** Confirms the key of a class that the image already has. */
const unchanged = (images: number, label: string | null): string =>
  `${images === 1 ? 'This image' : 'These images'} ${label === null ? 'already had no label' : images === 1 ? `is already labelled ${label}` : `are already labelled ${label}`}`;

function decided(decision: ReviewDecision, count: number): string {
  switch (decision.kind) {
    case 'accept':
      return count === 1 ? 'Accepted as is' : `${formatQuantity(count, 'image')} accepted`;
    case 'defer':
      return 'Deferred to the end of the queue';
    case 'reopen':
      return 'Back in the queue';
    case 'relabel':
      return decision.label === null ? 'Label removed' : `Labelled ${decision.label}`;
    case 'exclude':
      return 'Removed from the project; the file is kept';
    case 'same':
      return 'Duplicates: kept in one split from now on';
    case 'different':
      return 'Not duplicates: will not be listed again';
  }
}
