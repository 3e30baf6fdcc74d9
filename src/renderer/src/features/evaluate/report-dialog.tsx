import { Button, Group, Skeleton, Text } from '@mantine/core';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { RunSummary } from '#shared/models/run';
import { resourceUrl } from '../../bridge/bridge';
import { Dialog } from '../../components/dialog';
import { ErrorAlert } from '../../components/error-alert';
import { saveFile } from '../../components/save-file';
import { fileName } from '../../components/table-menu';
import { useRequest } from '../../state/requests';
import { showError } from '../../state/toasts';

export interface ReportDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly run: RunSummary;
  readonly target: { readonly project: string; readonly run: string; readonly split: 'validation' | 'test' };
}

/** The HTML report of an evaluation, to read here or save as a file. */
export function ReportDialog({ opened, onClose, run, target }: ReportDialogProps) {
  const report = useRequest('evaluations.report', target, { enabled: opened });
  const url = report.data === undefined ? null : resourceUrl(resourcePaths.report(report.data.resource));
  const [saved, setSaved] = useState<string | null>(null);
  const save = async () => {
    if (url === null) return;
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the report could not be read (${response.status})`);
    const name = `${fileName(`${run.name} ${target.split} report`)}.html`;
    saveFile(name, await response.text(), 'text/html');
    setSaved(name);
  };
  return (
    <Dialog opened={opened} onClose={onClose} title={`Report: ${run.name}`} size="90%" keepMounted={false}>
      {report.isPending && <Skeleton h={400} />}
      {report.isError && <ErrorAlert error={report.error} onRetry={() => report.refetch()} />}
      {url !== null && (
        <>
          <Group justify="flex-end" mb="xs">
            <Text size="xs" c="dimmed" role="status">
              {saved === null ? '' : `Saved as ${saved}`}
            </Text>
            <Button leftSection={<Download size={14} />} onClick={() => save().catch(showError)}>
              Save report
            </Button>
          </Group>
          <iframe
            src={url}
            title="Evaluation report"
            sandbox="allow-modals"
            style={{ width: '100%', height: '72vh', border: 0, borderRadius: 6, background: '#ffffff' }}
          />
        </>
      )}
    </Dialog>
  );
}
