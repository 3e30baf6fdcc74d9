import { FoveaError } from '#shared/ipc/errors';
import type { LastAction } from '#shared/models/dataset';
import { formatQuantity } from '#shared/text/number';
import { lastAction, pushAction, removeAction } from '../../store/actions';
import { appendAudit } from '../../store/audit';
import { presentIds, setRemoved } from '../../store/images';
import { classNumber, currentLabels, setLabel } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import type { OpenProject } from '../project/projects';
import { undoAction } from './undo';

/** A person's changes to the dataset. Each is stored when the call returns, and can be undone (up to 100 actions). */
export interface Labels {
  /** Sets or, with null, removes the label. A new name creates a class. */
  label(project: OpenProject, images: readonly number[], label: string | null): { readonly changed: number };
  /** Removes images from the dataset; source files are not touched. */
  remove(project: OpenProject, images: readonly number[]): { readonly changed: number };
  /** The action that `undo` would undo; null if there is none. */
  last(project: OpenProject): LastAction | null;
  /**
   * Undoes the last action; `description` is null if there was none. With a stamp, undoes only that action and throws
   * `action_not_last` if another one followed it.
   */
  undo(project: OpenProject, stamp?: string): { readonly changed: number; readonly description: string | null };
}

export function createLabels(): Labels {
  return {
    label(project, images, label) {
      const name = className(label);
      const { store } = project;
      const n = store.transaction(() => {
        const before = relabelImages(store, images, name);
        if (before.length === 0) return 0;
        pushAction(store, {
          kind: 'label',
          description:
            name === null
              ? `removal of the label from ${formatQuantity(before.length, 'image')}`
              : `label “${name}” on ${formatQuantity(before.length, 'image')}`,
          before,
        });
        return before.length;
      });
      return { changed: n };
    },
    remove(project, images) {
      const { store } = project;
      const n = store.transaction(() => {
        const ids = removeImages(store, images);
        if (ids.length === 0) return 0;
        pushAction(store, {
          kind: 'remove',
          description: `removal of ${formatQuantity(ids.length, 'image')}`,
          before: ids,
        });
        return ids.length;
      });
      return { changed: n };
    },
    last(project) {
      const action = lastAction(project.store);
      return action === null ? null : { stamp: action.stamp, description: action.description };
    },
    undo(project, stamp) {
      const result = project.store.transaction(() => {
        const action = lastAction(project.store);
        if (stamp !== undefined && action?.stamp !== stamp) {
          throw new FoveaError('action_not_last', 'Another change was made in the meantime. Nothing was undone.', {
            hint: 'Undo again to see the latest change.',
          });
        }
        if (action === null) return { changed: 0, description: null };
        removeAction(project.store, action);
        const n = undoAction(project.store, action);
        appendAudit(project.store, 'undo', { kind: action.kind, images: n });
        return { changed: n, description: action.description };
      });
      return result;
    },
  };
}

/** Normalises a class name for the store; null removes a label. Throws `label_empty`. */
export function className(label: string | null): string | null {
  const name = label?.trim().normalize('NFC') ?? null;
  if (name === '') {
    throw new FoveaError('label_empty', 'A label needs a name.', { hint: 'Enter a class name.' });
  }
  return name;
}

/**
 * Sets the class of images, records it in the audit trail, and returns the changed images with their previous class.
 */
export function relabelImages(
  store: ProjectStore,
  images: readonly number[],
  name: string | null,
): [image: number, before: number | null][] {
  const classId = name === null ? null : classNumber(store, name);
  const before = currentLabels(store, images).filter((one) => one.label_id !== classId);
  if (before.length === 0) return [];
  const at = new Date().toISOString();
  for (const one of before) setLabel(store, one.id, classId, 'user', at);
  appendAudit(store, 'label', { images: before.length, label: name });
  return before.map((one) => [one.id, one.label_id]);
}

/** Removes images from the dataset, records it in the audit trail, and returns the ids that were present. */
export function removeImages(store: ProjectStore, images: readonly number[]): number[] {
  const ids = presentIds(store, images);
  if (ids.length === 0) return [];
  setRemoved(store, ids, true);
  appendAudit(store, 'remove', { images: ids.length });
  return ids;
}
