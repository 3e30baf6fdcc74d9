import { Button, CloseButton, Group, Text } from '@mantine/core';
import { CircleAlert, CircleCheck, Info } from 'lucide-react';
import { useEffect } from 'react';
import { type Toast, useToasts } from '../../state/toasts';
import classes from './toast-stack.module.css';

const PLAIN_SECONDS = 5;
/** Long enough to read, decide and reach the button. */
const ACTION_SECONDS = 10;

/** Messages at the bottom right of every screen. */
export function ToastStack() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <section className={classes['stack']} aria-label="Messages" aria-live="polite">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function ToastCard({ toast }: { readonly toast: Toast }) {
  const remove = useToasts((state) => state.remove);
  useEffect(() => {
    if (toast.kind === 'error') return;
    const seconds = toast.action === null ? PLAIN_SECONDS : ACTION_SECONDS;
    const timer = setTimeout(() => remove(toast.id), seconds * 1000);
    return () => clearTimeout(timer);
  }, [toast, remove]);
  const Icon = toast.kind === 'error' ? CircleAlert : toast.kind === 'success' ? CircleCheck : Info;
  return (
    <div className={classes['toast']} data-kind={toast.kind} role={toast.kind === 'error' ? 'alert' : 'status'}>
      <Group wrap="nowrap" align="flex-start" gap="xs">
        <Icon size={17} className={classes['icon']} aria-hidden />
        <div className={classes['text']}>
          <Text fw={500}>{toast.message}</Text>
          {toast.hint !== null && (
            <Text size="xs" c="dimmed">
              {toast.hint}
            </Text>
          )}
        </div>
        {toast.action !== null && (
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => {
              toast.action?.run();
              remove(toast.id);
            }}
          >
            {toast.action.label}
          </Button>
        )}
        <CloseButton size="xs" aria-label="Dismiss" onClick={() => remove(toast.id)} />
      </Group>
    </div>
  );
}
