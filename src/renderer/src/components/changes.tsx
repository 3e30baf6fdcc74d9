import type { ReactNode } from 'react';
import { useSession } from '../state/session';
import classes from './changes.module.css';
import { Notice } from './notice';

const WHY = 'This project is read-only: Fovea cannot write to its folder';

/** True where the open project can only be looked at. */
export const useReadOnly = (): boolean => useSession((state) => state.project?.readOnly === true);

/** For keys and drops that would change the project: what to say in place of doing it, or null. */
export const readOnlyReason = (): string | null =>
  useSession.getState().project?.readOnly === true ? `${WHY}. Open a copy to change it.` : null;

/**
 * Around controls that change the project: where it can only be looked at, all in it are disabled and a tooltip says
 * why. What opens elsewhere in the page (the items of a menu) asks `useReadOnly` itself.
 */
export function Changes({ children }: { readonly children: ReactNode }) {
  if (!useReadOnly()) return children;
  return (
    <fieldset disabled className={classes['changes']} title={WHY}>
      {children}
    </fieldset>
  );
}

/** Says once on each screen of a read-only project why nothing can be changed, and what to do. */
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
