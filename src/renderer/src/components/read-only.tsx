import type { ReactNode } from 'react';
import { useSession } from '../state/session';
import { Notice } from './notice';
import classes from './read-only.module.css';

const READ_ONLY_REASON = 'This project is read-only: Fovea cannot write to its folder';

/** True if the open project is read-only. */
export const useReadOnly = (): boolean => useSession((state) => state.project?.readOnly === true);

/** The message for keys and drops that would change the project, if it is read-only; else null. */
export const readOnlyReason = (): string | null =>
  useSession.getState().project?.readOnly === true ? `${READ_ONLY_REASON}. Open a copy to change it.` : null;

/**
 * Wraps controls that change the project: in a read-only project it disables them, with a tooltip that says why.
 * Content rendered elsewhere in the page, such as menu items, must call `useReadOnly` itself. Wrap a menu or tooltip
 * from outside: its target must be the control itself.
 */
export function EditControls({ children }: { readonly children: ReactNode }) {
  if (!useReadOnly()) return children;
  return (
    <fieldset disabled className={classes['controls']} title={READ_ONLY_REASON}>
      {children}
    </fieldset>
  );
}

/** Explains on every screen of a read-only project why nothing can be changed, and what to do. */
export function ReadOnlyBanner() {
  const isShown = useSession(
    ({ project, screen }) => project?.readOnly === true && screen !== 'projects' && screen !== 'settings',
  );
  if (!isShown) return null;
  return (
    <div className={classes['banner']}>
      <Notice tone="info" title="This project is read-only">
        Fovea cannot write to its folder or disk. To make changes, copy the folder and open the copy.
      </Notice>
    </div>
  );
}
