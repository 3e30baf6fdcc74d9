import { Table } from '@mantine/core';
import type { FoldEvaluation, Spread } from '#shared/models/experiment';
import { imagesText } from '#shared/models/patient-count';
import { formatInterval, formatMetric } from '#shared/text/metric';
import { formatFixed } from '#shared/text/number';
import { invoke } from '../../../bridge/bridge';
import { ConfusionMatrix } from '../../../charts/confusion-matrix';
import { MetricCell } from '../../../charts/metric-cell';
import { ClassChip } from '../../../components/class-chip';
import { KnownLeaksNote } from '../../../components/known-leaks-note';
import { Notice } from '../../../components/notice';
import { SectionCard } from '../../../components/section-card';
import { Stat } from '../../../components/stat';
import { TableMenu } from '../../../components/table-menu';
import type { TableData } from '../../../components/table-text';
import { useSession } from '../../../state/session';
import { showError } from '../../../state/toasts';
import { resultColumns } from './comparison-tables';
import classes from './experiment.module.css';

export interface FoldResultsProps {
  readonly project: string;
  readonly name: string;
  readonly pooled: FoldEvaluation;
}

/** The out-of-fold predictions of k models as one evaluation, and the spread between folds. */
export function FoldResults({ project, name, pooled }: FoldResultsProps) {
  const showImages = useSession((state) => state.showImages);
  const open = async (title: string, filter: { truth: number; predicted: number }) => {
    const { cases } = await invoke('experiments.cases', { project, experiment: pooled.experiment, ...filter });
    showImages({ title: `${title}, out of fold`, filter: { ids: cases.map(({ image }) => image) } });
  };
  return (
    <>
      {pooled.leak !== null && (
        <Notice tone="error" title="These results are too optimistic">
          {pooled.leak}
        </Notice>
      )}
      <KnownLeaksNote leaks={pooled.leaks} />
      <SectionCard
        title={`Out-of-fold, ${pooled.folds} models`}
        description={`${imagesText(pooled.n, pooled)}, each predicted by the model that was not trained on it; 95 % intervals`}
        actions={<TableMenu name={`${name} out-of-fold`} table={() => pooledTable(pooled)} />}
      >
        <div className={classes['stats']}>
          {resultColumns.map(({ key, name: label }) => (
            <Stat
              key={key}
              label={label}
              value={formatFixed(pooled[key]?.value)}
              detail={
                <>
                  <div>{pooled[key] === null ? 'a class has no images' : formatInterval(pooled[key])}</div>
                  <div>{spreadText(pooled.spread[key])}</div>
                </>
              }
            />
          ))}
        </div>
      </SectionCard>
      <Notice tone="warning" title="Limitations" lines={pooled.cautions} />
      <div className={classes['two']}>
        <ConfusionMatrix
          title="Confusion matrix, out-of-fold"
          classes={pooled.classes}
          matrix={pooled.confusionMatrix}
          onOpen={({ truth, predicted, name: title }) => open(title, { truth, predicted }).catch(showError)}
        />
        <SectionCard title="Per class, out-of-fold" description="One versus rest" flush>
          <Table.ScrollContainer minWidth={400}>
            <Table aria-label="Out-of-fold metrics per class" className="tabular" horizontalSpacing={8}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Class</Table.Th>
                  <Table.Th ta="right">Images</Table.Th>
                  <Table.Th ta="right">Precision</Table.Th>
                  <Table.Th ta="right">Recall</Table.Th>
                  <Table.Th ta="right">F1</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {pooled.perClass.map((row, index) => (
                  <Table.Tr key={row.label}>
                    <Table.Th scope="row" fw={400}>
                      <ClassChip label={row.label} index={index} />
                    </Table.Th>
                    <Table.Td ta="right">{row.support}</Table.Td>
                    {[row.precision, row.recall, row.f1].map((metric, column) => (
                      <MetricCell
                        key={['precision', 'recall', 'f1'][column]}
                        metric={metric}
                        title={formatMetric(metric)}
                      />
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </SectionCard>
      </div>
    </>
  );
}

const spreadText = (spread: Spread | null): string =>
  spread === null ? '' : `folds ${formatFixed(spread.mean)} ± ${formatFixed(spread.standardDeviation)}`;

function pooledTable(pooled: FoldEvaluation): TableData {
  return {
    columns: [
      'Metric',
      'Out-of-fold',
      '95 % low',
      '95 % high',
      'n',
      'Mean of folds',
      'Standard deviation',
      'Lowest',
      'Highest',
    ],
    rows: resultColumns.map(({ key, name }) => {
      const [metric, spread] = [pooled[key], pooled.spread[key]];
      return [
        name,
        metric?.value ?? null,
        metric?.low ?? null,
        metric?.high ?? null,
        metric?.n ?? null,
        spread?.mean ?? null,
        spread?.standardDeviation ?? null,
        spread?.lowest ?? null,
        spread?.highest ?? null,
      ];
    }),
  };
}
