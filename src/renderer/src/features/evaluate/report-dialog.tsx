import { Button, Group, Text } from '@mantine/core';
import { Download, FileText } from 'lucide-react';
import { useState } from 'react';
import { FoveaError } from '#shared/ipc/errors';
import { resourcePaths } from '#shared/ipc/resources';
import type { RunSummary } from '#shared/models/run';
import { resourceUrl } from '../../bridge/bridge';
import { Dialog } from '../../components/dialog';
import { ErrorAlert } from '../../components/error-alert';
import { JobCard } from '../../components/job-card';
import { saveFile } from '../../components/save-file';
import { fileName } from '../../components/table-menu';
import { showError } from '../../state/toasts';
import type { ReportState } from './use-report';

export interface ReportDialogProps {
  readonly report: ReportState;
  readonly run: RunSummary;
  readonly split: 'validation' | 'test';
}

/** The HTML report of an evaluation, to read here or save as a file. */
export function ReportDialog({ report, run, split }: ReportDialogProps) {
  const { opened, close, create, job, running, result, error, cancel } = report;
  return (
    <Dialog opened={opened} onClose={close} title={`Report: ${run.name}`} size="90%" keepMounted={false}>
      {running && <JobCard job={job} title="Creating report" onCancel={job === null ? undefined : cancel} />}
      {error !== null && <ErrorAlert error={error} onRetry={create} />}
      {!running && error === null && result === null && (
        <Button leftSection={<FileText size={14} />} onClick={create}>
          Create report
        </Button>
      )}
      {result !== null && (
        <ReportPage
          url={resourceUrl(resourcePaths.report(result.resource))}
          name={`${fileName(`${run.name} ${split} report`)}.html`}
        />
      )}
    </Dialog>
  );
}

function ReportPage({ url, name }: { readonly url: string; readonly name: string }) {
  const [saved, setSaved] = useState(false);
  const save = async () => {
    const response = await fetch(url);
    if (!response.ok) {
      throw new FoveaError('resource_missing', 'The report is no longer available.', {
        hint: 'Close it and open it again.',
      });
    }
    saveFile(name, await response.text(), 'text/html');
    setSaved(true);
  };
  return (
    <>
      <Group justify="flex-end" mb="xs">
        <Text size="xs" c="dimmed" role="status">
          {saved ? `Saved as ${name}` : ''}
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
  );
}
