import { Button, Center, Loader, Text } from '@mantine/core';
import { RefreshCw, ScanSearch } from 'lucide-react';
import { useState } from 'react';
import { sourceNames } from '#shared/confounders/verdict';
import type { ConfounderScan, ConfounderSource } from '#shared/models/confounders';
import { formatQuantity } from '#shared/text/number';
import { formatAgo, formatDate } from '#shared/text/time';
import { EmptyState } from '../../../components/empty-state';
import { ErrorAlert } from '../../../components/error-alert';
import { JobCard } from '../../../components/job-card';
import { Notice } from '../../../components/notice';
import { PageBody } from '../../../components/page';
import { EditControls } from '../../../components/read-only';
import { useJob } from '../../../state/jobs';
import { useRequest } from '../../../state/requests';
import classes from '../parts/view.module.css';
import { ConfounderFindings } from './confounder-findings';
import { firstSource, isTag, measuredFindings } from './confounder-texts';
import { ConfounderValues } from './confounder-values';

/** How well each factor other than the finding predicts the label: tags, border, burned-in text, brightness. */
export function ConfoundersView({ project }: { readonly project: string }) {
  const answer = useRequest('confounders.get', { project }, { keepPrevious: true });
  const work = useJob('confounders.scan', { project });
  const start = () => void work.start({ project });
  const lastScan = answer.data;
  return (
    <section className={classes['view']} aria-label="Confounders">
      <PageBody>
        {work.error !== null && <ErrorAlert error={work.error} />}
        {answer.isError && <ErrorAlert error={answer.error} onRetry={() => answer.refetch()} />}
        {answer.isPending && (
          <Center>
            <Loader size="sm" aria-label="Loading the last scan" />
          </Center>
        )}
        {work.job !== null && <JobCard job={work.job} title="Scanning for confounders" onCancel={work.cancel} />}
        {lastScan === null && work.job === null && (
          <EmptyState
            icon={ScanSearch}
            title="Confounder scan"
            actions={
              <EditControls>
                <Button leftSection={<ScanSearch size={15} />} onClick={start}>
                  Scan for confounders
                </Button>
              </EditControls>
            }
          >
            If malignant and benign images come from different scanners, a model may learn the scanner instead of the
            disease. The scan measures how well each of these predicts the label on its own: file metadata (scanner,
            station, date, image size), the image border, burned-in text and brightness.
          </EmptyState>
        )}
        {lastScan !== null && lastScan !== undefined && (
          <Scan
            project={project}
            scan={lastScan.scan}
            outdated={lastScan.outdated}
            busy={work.job !== null}
            onAgain={start}
          />
        )}
      </PageBody>
    </section>
  );
}

interface ScanProps {
  readonly project: string;
  readonly scan: ConfounderScan;
  readonly outdated: boolean;
  readonly busy: boolean;
  readonly onAgain: () => void;
}

function Scan({ project, scan, outdated, busy, onAgain }: ScanProps) {
  const [chosen, setChosen] = useState<ConfounderSource | null>(null);
  const measured = measuredFindings(scan);
  const source = measured.some((one) => one.source === chosen) ? chosen : firstSource(scan);
  const isPredictive = measured.some(({ verdict }) => verdict === 'strong' || verdict === 'weak');
  const isClear = measured.length > 0 && measured.every(({ verdict }) => verdict === 'nothing');
  const untested = scan.findings.filter(({ auc }) => auc === null);
  const again = (
    <EditControls>
      <Button
        variant={outdated ? 'filled' : 'default'}
        leftSection={<RefreshCw size={14} />}
        disabled={busy}
        onClick={onAgain}
      >
        Scan again
      </Button>
    </EditControls>
  );
  return (
    <>
      <Notice
        tone={isPredictive ? 'warning' : isClear ? 'success' : 'info'}
        lines={[
          ...(outdated ? ['Labels, tags or duplicates have changed since this scan. Scan again to update it.'] : []),
          ...scan.leftOut.map(
            ({ label, images }) =>
              `${label} is excluded: ${formatQuantity(images, 'image')} ${images === 1 ? 'is' : 'are'} too few to compare.`,
          ),
        ]}
      >
        <Text size="sm">{scan.summary}</Text>
        <Text size="xs" c="dimmed" mt={6} mb={8} title={formatDate(scan.createdAt)}>
          Scanned {formatAgo(scan.createdAt)} · {formatQuantity(scan.examined, 'image')}
          {scan.examined < scan.images ? ` sampled from ${formatQuantity(scan.images, 'image')}` : ''} in{' '}
          {formatQuantity(scan.groups, 'group')} kept together
        </Text>
        {again}
      </Notice>
      {measured.length > 0 && (
        <ConfounderFindings scan={scan} findings={measured} source={source} onSource={setChosen} />
      )}
      {untested.length > 0 && (
        <Text size="xs" c="dimmed">
          Not tested, because the value is unknown or the same for all images:{' '}
          {untested.map((one) => sourceNames[one.source]).join(', ')}.
        </Text>
      )}
      {source !== null && isTag(source) && <ConfounderValues project={project} tag={source} />}
    </>
  );
}
