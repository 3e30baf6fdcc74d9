import { SegmentedControl, SimpleGrid, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReadersSummary } from '#shared/models/readers';
import type { KappaWeights } from '#shared/statistics/agreement';
import { formatInterval } from '#shared/text/metric';
import { formatCount, formatFixed, formatPercent, formatQuantity } from '#shared/text/number';
import { invoke } from '../../../bridge/bridge';
import { ConfusionMatrix } from '../../../charts/confusion-matrix';
import { MetricCell } from '../../../charts/metric-cell';
import { ClassChip } from '../../../components/class-chip';
import { PageBody } from '../../../components/page';
import { SectionCard } from '../../../components/section-card';
import { Stat } from '../../../components/stat';
import { TableMenu } from '../../../components/table-menu';
import { useRequest } from '../../../state/requests';
import { useSession } from '../../../state/session';
import { showError } from '../../../state/toasts';
import { classTable, pairsTable, readersTable } from './agreement-tables';
import { KappaMatrix } from './kappa-matrix';
import readersClasses from './readers-view.module.css';

export interface AgreementProps {
  readonly project: string;
  readonly summary: ReadersSummary;
  readonly weights: KappaWeights;
  readonly onWeights: (weights: KappaWeights) => void;
}

/** Agreement between readers: overall, pairwise, by class, and the contingency table of a pair. */
export function Agreement({ project, summary, weights, onWeights }: AgreementProps) {
  const [chosen, setChosen] = useState<PairChoice | null>(null);
  const pair =
    summary.pairs.find((one) => one.first === chosen?.first && one.second === chosen.second) ?? summary.pairs[0];
  return (
    <PageBody wide>
      <div className={readersClasses['sections']}>
        <Figures summary={summary} />
        <div className={readersClasses['pair']}>
          <KappaCard
            summary={summary}
            weights={weights}
            onWeights={onWeights}
            chosen={pair ?? null}
            onChoose={setChosen}
          />
          {pair !== undefined && pair.images > 0 && <PairTable project={project} summary={summary} pair={pair} />}
        </div>
        <div className={readersClasses['pair']}>
          <ReadingsByReader summary={summary} />
          <AgreementByClass summary={summary} />
        </div>
        <Text size="xs" c="dimmed">
          Kappa intervals assume independent patients and count each image without a known patient as its own patient.
          Kappa is undefined (–) if all readings name the same class.
        </Text>
      </div>
    </PageBody>
  );
}

function Figures({ summary }: { readonly summary: ReadersSummary }) {
  const { group } = summary;
  return (
    <SimpleGrid cols={4}>
      <Stat
        label="Images read"
        value={formatCount(summary.images)}
        detail={`${formatCount(group.images)} by two readers or more`}
      />
      <Stat label="Fleiss’ kappa" value={formatFixed(group.kappa?.value)} detail={kappaDetail(summary)} />
      <Stat
        label="Pairwise agreement"
        value={group.agreement === null ? '–' : formatPercent(group.agreement)}
        detail="mean over images"
      />
      <Stat
        label="Readers disagree"
        value={formatQuantity(summary.disagreements, 'image')}
        detail={`${formatCount(summary.toAdjudicate)} to adjudicate`}
      />
    </SimpleGrid>
  );
}

interface PairChoice {
  readonly first: number;
  readonly second: number;
}

function KappaCard(
  props: Omit<AgreementProps, 'project'> & {
    readonly chosen: ReadersSummary['pairs'][number] | null;
    readonly onChoose: (pair: PairChoice) => void;
  },
) {
  const { summary, weights, onWeights, chosen, onChoose } = props;
  const { readers, classes } = summary;
  return (
    <SectionCard
      title="Cohen’s kappa by pairs"
      description="With 95 % intervals and the number of images read by both. Select a pair."
      actions={
        <>
          {classes.length > 2 && (
            <SegmentedControl
              aria-label="Kappa weights"
              size="xs"
              value={weights}
              onChange={onWeights}
              data={[
                { value: 'none', label: 'Unweighted' },
                { value: 'linear', label: 'Linear' },
                { value: 'quadratic', label: 'Quadratic' },
              ]}
            />
          )}
          <TableMenu name="Agreement by pairs" table={() => pairsTable(summary, weights)} />
        </>
      }
    >
      {readers.length < 2 ? (
        <Text size="sm" c="dimmed">
          Only one reader so far.
        </Text>
      ) : (
        <KappaMatrix summary={summary} chosen={chosen} onChoose={onChoose} />
      )}
      {weights !== 'none' && (
        <Text size="xs" c="dimmed" mt={6}>
          Weights use the classes in alphabetical order: {classes.join(' < ')}.
        </Text>
      )}
    </SectionCard>
  );
}

function ReadingsByReader({ summary }: { readonly summary: ReadersSummary }) {
  const { readers, classes } = summary;
  return (
    <SectionCard
      title="Readings by reader"
      flush
      actions={<TableMenu name="Readings by reader" table={() => readersTable(summary)} />}
    >
      <Table aria-label="Readings by reader" className="tabular">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Reader</Table.Th>
            <Table.Th ta="right">Readings</Table.Th>
            {classes.map((label) => (
              <Table.Th key={label} ta="right" className={readersClasses['name'] ?? ''} title={label}>
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {readers.map(({ id, name, readings, byClass }) => (
            <Table.Tr key={id}>
              <Table.Td className={readersClasses['name'] ?? ''} title={name}>
                {name}
              </Table.Td>
              <Table.Td ta="right">{formatCount(readings)}</Table.Td>
              {classes.map((label, index) => (
                <Table.Td key={label} ta="right">
                  {formatCount(byClass[index] ?? 0)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </SectionCard>
  );
}

function AgreementByClass({ summary }: { readonly summary: ReadersSummary }) {
  return (
    <SectionCard
      title="Classes"
      description="Agreement: how often a second reading gives the class when the first one does."
      flush
      actions={<TableMenu name="Agreement by class" table={() => classTable(summary)} />}
    >
      <Table aria-label="Agreement by class" className="tabular">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Class</Table.Th>
            <Table.Th ta="right">Readings</Table.Th>
            <Table.Th ta="right">Agreement</Table.Th>
            <Table.Th ta="right">Kappa, one versus rest</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {summary.perClass.map((one, index) => (
            <Table.Tr key={one.label}>
              <Table.Td>
                <ClassChip label={one.label} index={index} />
              </Table.Td>
              <Table.Td ta="right">{formatCount(one.readings)}</Table.Td>
              <Table.Td ta="right">{one.agreement === null ? '–' : formatPercent(one.agreement)}</Table.Td>
              <MetricCell metric={one.kappa} />
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </SectionCard>
  );
}

function kappaDetail({ group }: ReadersSummary): string {
  if (group.images === 0) return 'no image with two readings';
  if (group.kappa === null) return 'undefined: only one class';
  return formatInterval(group.kappa);
}

interface PairTableProps {
  readonly project: string;
  readonly summary: ReadersSummary;
  readonly pair: PairChoice;
}

function PairTable({ project, summary, pair }: PairTableProps) {
  const { first, second } = pair;
  const table = useRequest('readers.table', { project, first, second }, { keepPrevious: true });
  const name = (id: number) => summary.readers.find((one) => one.id === id)?.name ?? '';
  if (table.data === undefined || table.isPlaceholderData) return null;
  const { classes, matrix } = table.data;
  const open = async (row: number, column: number) => {
    const [firstLabel = '', secondLabel = ''] = [classes[row], classes[column]];
    try {
      const { ids } = await invoke('readers.cell', { project, first, second, firstLabel, secondLabel });
      useSession.getState().showImages({
        title: `${name(first)}: ${firstLabel}, ${name(second)}: ${secondLabel}`,
        filter: { ids },
      });
    } catch (error) {
      showError(error);
    }
  };
  return (
    <ConfusionMatrix
      title={`${name(first)} and ${name(second)}`}
      classes={classes}
      matrix={matrix}
      axes={{ row: name(first), column: name(second) }}
      onOpen={({ truth, predicted }) => void open(truth, predicted)}
    />
  );
}
