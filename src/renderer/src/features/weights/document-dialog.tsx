import { Select, Skeleton, Stack } from '@mantine/core';
import { useState } from 'react';
import type { BackboneSummary } from '#shared/models/backbone';
import { Dialog } from '../../components/dialog';
import { ErrorAlert } from '../../components/error-alert';
import { useRequest } from '../../state/requests';
import classes from './weights.module.css';

export interface DocumentDialogProps {
  /** Null while closed. */
  readonly backbone: BackboneSummary | null;
  readonly onClose: () => void;
}

/** Shows the licence and the model card that came with weights. */
export function DocumentDialog({ backbone, onClose }: DocumentDialogProps) {
  return (
    <Dialog opened={backbone !== null} onClose={onClose} title={backbone?.name} size="xl">
      {backbone !== null && <Documents key={backbone.name} backbone={backbone} />}
    </Dialog>
  );
}

function Documents({ backbone: { name, documents } }: { readonly backbone: BackboneSummary }) {
  const [file, setFile] = useState(documents[0] ?? '');
  const document = useRequest('backbones.document', { name, file });
  return (
    <Stack gap="xs">
      {documents.length > 1 && (
        <Select
          aria-label="Document"
          allowDeselect={false}
          data={[...documents]}
          value={file}
          onChange={(value) => value !== null && setFile(value)}
        />
      )}
      {document.isPending && <Skeleton h={200} />}
      {document.isError && <ErrorAlert error={document.error} onRetry={() => document.refetch()} />}
      {document.data !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <pre className={classes['document']} tabIndex={0}>
          {document.data.text}
        </pre>
      )}
    </Stack>
  );
}
