import { Alert, Button, Group, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { type ErrorInfo, toErrorInfo } from '#shared/ipc/errors';

export interface ErrorAlertProps {
  /** Any thrown value, or the error of a job or run. */
  readonly error: unknown;
  readonly title?: string;
  readonly onRetry?: (() => void) | undefined;
  readonly onClose?: (() => void) | undefined;
}

function isErrorInfo(error: unknown): error is ErrorInfo {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && 'message' in error;
}

/** Shows what failed and what to do next. */
export function ErrorAlert({ error, title, onRetry, onClose }: ErrorAlertProps) {
  const info = isErrorInfo(error) ? error : toErrorInfo(error);
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<CircleAlert size={18} aria-hidden />}
      title={title ?? info.message}
      {...(onClose === undefined ? {} : { withCloseButton: true, onClose, closeButtonLabel: 'Close' })}
    >
      {title !== undefined && <Text>{info.message}</Text>}
      {info.hint !== null && info.hint !== undefined && <Text>{info.hint}</Text>}
      {onRetry !== undefined && (
        <Group mt="xs">
          <Button variant="default" onClick={onRetry}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  );
}
