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

/** Changes to the dataset that a person makes, each stored when it returns and each undoable (100 deep). */
export interface Labels {
  /** `label` null takes the label off. A new name makes a new class. */
  label(project: OpenProject, images: readonly number[], label: string | null): { readonly changed: number };
  /** Takes images out of the dataset; source files stay as they are. */
  remove(project: OpenProject, images: readonly number[]): { readonly changed: number };
  /** What `undo` would take back; null where there is nothing. */
  last(project: OpenProject): LastAction | null;
  /**
   * `description` says what was undone, null where there was nothing. With a stamp only that action: throws
   * `action_not_last` where another one came after it.
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

/** A class name as it is stored; null takes a label away. Throws `label_empty`. */
export function className(label: string | null): string | null {
  const name = label?.trim().normalize('NFC') ?? null;
  if (name === '') {
    throw new FoveaError('label_empty', 'A label needs a name.', { hint: 'Enter a class name.' });
  }
  return name;
}

/** Gives images a class, writes that to the audit trail, and answers with those that had another one. */
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

/** Takes images out, writes that to the audit trail, and answers with those that were in. */
export function removeImages(store: ProjectStore, images: readonly number[]): number[] {
  const ids = presentIds(store, images);
  if (ids.length === 0) return [];
  setRemoved(store, ids, true);
  appendAudit(store, 'remove', { images: ids.length });
  return ids;
}
