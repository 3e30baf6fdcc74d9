import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './notice.module.css';

export interface NoticeProps {
  readonly tone: 'info' | 'warning' | 'error' | 'success';
  readonly title?: string;
  /** Sentences, shown as a list. */
  readonly lines?: readonly string[];
  readonly children?: ReactNode;
}

const icons = { info: Info, warning: TriangleAlert, error: CircleAlert, success: CircleCheck } as const;

/** A notice beside the work, with muted colours. Screen readers announce errors at once. */
export function Notice({ tone, title, lines = [], children }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div className={classes['notice']} data-tone={tone} {...(tone === 'error' ? { role: 'alert' } : {})}>
      <Icon size={16} className={classes['icon']} aria-hidden />
      <div style={{ minWidth: 0, flex: 1 }}>
        {title !== undefined && <div className={classes['title']}>{title}</div>}
        {lines.length > 0 && (
          <ul className={classes['lines']}>
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        {children}
      </div>
    </div>
  );
}
