import { Anchor, Button, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import { Download, FileText } from 'lucide-react';
import { datasetReportTable } from '#shared/dataset-report/report-table';
import type { DatasetReport, ValueCount } from '#shared/models/dataset-report';
import { patientsCell } from '#shared/models/patient-count';
import { toCsv } from '#shared/tables/csv';
import { formatCount, formatPercent, formatQuantity } from '#shared/text/number';
import { formatDate } from '#shared/text/time';
import { invoke } from '../../../bridge/bridge';
import { ClassChip } from '../../../components/class-chip';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { EditControls } from '../../../components/read-only';
import { saveFile } from '../../../components/save-file';
import { SectionCard } from '../../../components/section-card';
import { SignOffState } from '../../../components/sign-off-state';
import { Stat } from '../../../components/stat';
import { fileName, TableMenu } from '../../../components/table-menu';
import { useRequest } from '../../../state/requests';
import { showError } from '../../../state/toasts';
import { BalanceTable } from '../split/balance-table';
import { SplitTable } from '../split/split-table';
import classes from './report-view.module.css';
import { SizeGrid } from './size-grid';

export interface ReportViewProps {
  readonly project: string;
  readonly onEditSplit: () => void;
  readonly onDuplicates: () => void;
}

/** The dataset in numbers, to read here or save as a page or table. */
export function ReportView({ project, onEditSplit, onDuplicates }: ReportViewProps) {
  const report = useRequest('dataset.report', { project });
  return (
    <section className={classes['scroll']} aria-label="Dataset report">
      <div className={classes['content']}>
        {report.isPending && <Skeleton h={320} />}
        {report.isError && <ErrorAlert error={report.error} onRetry={() => report.refetch()} />}
        {report.data !== undefined && (
          <Report project={project} report={report.data} onEditSplit={onEditSplit} onDuplicates={onDuplicates} />
        )}
      </div>
    </section>
  );
}

function Report({ project, report, onEditSplit, onDuplicates }: ReportViewProps & { readonly report: DatasetReport }) {
  const { split, duplicates } = report;
  const labels = report.classes.map(({ label }) => label);
  const savePage = async () => {
    const { html } = await invoke('dataset.reportPage', { project });
    saveFile(`${fileName(`${report.project} dataset`)}.html`, html, 'text/html');
  };
  const saveTable = () =>
    saveFile(
      `${fileName(`${report.project} dataset`)}.csv`,
      toCsv(datasetReportTable(report)),
      'text/csv;charset=utf-8',
    );
  return (
    <>
      <SectionCard
        title="Dataset"
        actions={
          <>
            <Button variant="default" leftSection={<FileText size={14} />} onClick={() => savePage().catch(showError)}>
              Save as HTML
            </Button>
            <Button variant="default" leftSection={<Download size={14} />} onClick={saveTable}>
              Save as CSV
            </Button>
          </>
        }
      >
        <div className={classes['stats']}>
          <Stat
            label="Images"
            value={formatCount(report.images)}
            detail={report.unlabelled === 0 ? 'all labelled' : `${formatCount(report.unlabelled)} without a label`}
          />
          <Stat label="Classes" value={formatCount(labels.length)} detail="with images" />
          <Stat
            label="Patients"
            value={report.patients === null ? 'unknown' : formatCount(report.patients)}
            detail={
              report.withoutPatient === 0
                ? 'known for every image'
                : `${formatQuantity(report.withoutPatient, 'image')} without`
            }
          />
          <Stat label="Studies" value={formatCount(report.studies)} detail="known" />
          <Stat
            label="Similar images"
            value={formatCount(duplicates.images)}
            detail={
              duplicates.groups === 0 ? (
                'no duplicates'
              ) : (
                <Anchor component="button" type="button" size="xs" ta="left" onClick={onDuplicates}>
                  {formatQuantity(duplicates.groups, 'group')}, {formatCount(duplicates.conflicts)} with different
                  labels
                </Anchor>
              )
            }
          />
        </div>
      </SectionCard>
      {report.warnings.length > 0 && <Notice tone="warning" title="Limitations" lines={report.warnings} />}
      <SectionCard
        title="Split"
        {...(split === null ? { description: 'No split yet' } : {})}
        actions={
          <EditControls>
            <Button variant="default" onClick={onEditSplit}>
              {split === null ? 'Create split' : 'Edit split'}
            </Button>
          </EditControls>
        }
      >
        {split === null ? (
          <ClassCounts report={report} />
        ) : (
          <Stack gap="xs">
            <SplitTable split={{ ...split, warnings: [] }} classNames={labels} />
            <SignOffState
              project={project}
              leak={{ patients: split.patientsAcrossSplits, duplicates: split.duplicatesAcrossSplits }}
              signOff={split.signOff}
            />
          </Stack>
        )}
      </SectionCard>
      <SectionCard title="Balance" description="Should be balanced across splits and unrelated to the class">
        <BalanceTable project={project} />
      </SectionCard>
      <SectionCard
        title="Image sizes"
        description={`${formatQuantity(report.sizes.distinct, 'different size')}; most: ${report.sizes.common
          .slice(0, 4)
          .map(({ value, images }) => `${value} (${formatCount(images)})`)
          .join(', ')}`}
      >
        <SizeGrid sizes={report.sizes} />
      </SectionCard>
      <div className={classes['columns']}>
        <Values title="Modality" values={report.modalities} of={report.images} />
        <Values title="File" values={report.kinds} of={report.images} />
        <Values title="Bits stored" values={report.bits} of={report.images} />
        <Values title="Colour" values={report.colours} of={report.images} />
        <Values title="Year of acquisition" values={report.years} of={report.images} />
        {report.flags.length > 0 && <Values title="Flags" values={report.flags} of={report.images} />}
        {report.imagesPerPatient.length > 0 && <ImagesPerPatient report={report} />}
      </div>
      <Imports report={report} />
    </>
  );
}

function ClassCounts({ report }: { readonly report: DatasetReport }) {
  return (
    <Table aria-label="Classes" className="tabular">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Class</Table.Th>
          <Table.Th ta="right">Images</Table.Th>
          <Table.Th ta="right">Patients</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {report.classes.map(({ label, images, patients, withoutPatient }, index) => (
          <Table.Tr key={label}>
            <Table.Td>
              <ClassChip label={label} index={index} />
            </Table.Td>
            <Table.Td ta="right">{formatCount(images)}</Table.Td>
            <Table.Td ta="right">{patientsCell({ patients, withoutPatient })}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface ValuesProps {
  readonly title: string;
  readonly values: readonly ValueCount[];
  readonly of: number;
}

function Values({ title, values, of }: ValuesProps) {
  return (
    <SectionCard
      title={title}
      flush
      actions={
        <TableMenu
          name={title}
          table={() => ({ columns: [title, 'Images'], rows: values.map(({ value, images }) => [value, images]) })}
        />
      }
    >
      <Table aria-label={title} className="tabular">
        <Table.Tbody>
          {values.map(({ value, images }) => (
            <Table.Tr key={value}>
              <Table.Td>{value}</Table.Td>
              <Table.Td ta="right">
                {formatCount(images)}{' '}
                <Text span size="xs" c="dimmed">
                  {formatPercent(images / of, 0)}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </SectionCard>
  );
}

function ImagesPerPatient({ report: { imagesPerPatient } }: { readonly report: DatasetReport }) {
  return (
    <SectionCard title="Images per patient" flush>
      <Table aria-label="Images per patient" className="tabular">
        <Table.Tbody>
          {imagesPerPatient.map(({ value, patients }) => (
            <Table.Tr key={value}>
              <Table.Td>{value}</Table.Td>
              <Table.Td ta="right">{formatQuantity(patients, 'patient')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </SectionCard>
  );
}

function Imports({ report: { imports } }: { readonly report: DatasetReport }) {
  return (
    <SectionCard title="Imports" description="Oldest first" flush>
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label="Imports" className="tabular">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>When</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th ta="right">Added</Table.Th>
              <Table.Th ta="right">Already known</Table.Th>
              <Table.Th>Skipped</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {imports.map(({ at, state, added, known, skipped }) => (
              <Table.Tr key={at}>
                <Table.Td>{formatDate(at)}</Table.Td>
                <Table.Td>{state}</Table.Td>
                <Table.Td ta="right">{added === null ? '–' : formatCount(added)}</Table.Td>
                <Table.Td ta="right">{known === null ? '–' : formatCount(known)}</Table.Td>
                <Table.Td>
                  {skipped.length === 0 && <Text c="dimmed">nothing</Text>}
                  {skipped.map(({ code, files, message }) => (
                    <Group key={code} gap={6} wrap="nowrap" align="baseline">
                      <Text fw={600}>{formatCount(files)}</Text>
                      <Text title={code}>{message}</Text>
                    </Group>
                  ))}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </SectionCard>
  );
}
