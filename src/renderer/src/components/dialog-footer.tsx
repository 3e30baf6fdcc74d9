import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './dialog-footer.module.css';

export interface DialogFooterProps {
  /** At the left: what the buttons wait for, or what they will do. */
  readonly note?: ReactNode;
  readonly children: ReactNode;
}

/** The buttons of a dialog, always in view however long its content. */
export function DialogFooter({ note, children }: DialogFooterProps) {
  return (
    <Group justify="flex-end" gap="xs" className={classes['footer'] ?? ''}>
      {note && <div className={classes['note']}>{note}</div>}
      {children}
    </Group>
  );
}
