import { Skeleton, Slider, Table, Text, UnstyledButton } from '@mantine/core';
import { resourcePaths } from '#shared/ipc/resources';
import type { Curves } from '#shared/models/curves';
import type { Metric } from '#shared/models/metric';
import { taskScore } from '#shared/statistics/binary-task';
import { type ThresholdMetrics, thresholdMetrics } from '#shared/statistics/threshold-metrics';
import { formatFixed } from '#shared/text/number';
import { resourceUrl } from '../../../bridge/bridge';
import { MetricCell } from '../../../charts/metric-cell';
import { ErrorAlert } from '../../../components/error-alert';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import { useSession } from '../../../state/session';
import { type CaseSource, useCases } from '../use-cases';
import styles from './threshold-view.module.css';

/** Images shown on each side of a threshold. */
const IMAGES_EACH = 6;

export interface ThresholdViewProps {
  readonly project: string;
  readonly source: CaseSource;
  readonly classes: readonly string[];
  readonly curves: Curves;
  /** Place among the thresholds; null until a person chose one. */
  readonly index: number | null;
  readonly onIndex: (index: number) => void;
}

/** A slider over all thresholds, and what the chosen one decides: counts, shares, and the images on either side. */
export function ThresholdView({ project, source, classes, curves, index, onIndex }: ThresholdViewProps) {
  const metrics = index === null ? null : thresholdMetrics(curves, index);
  const last = curves.thresholds.length - 1;
  return (
    <SectionCard
      title="Threshold"
      description="An image is called positive if its score is at least the threshold. Click on a curve, or move the slider."
      actions={metrics !== null && <TableMenu name="Threshold" table={() => thresholdTable(metrics)} />}
    >
      <Slider
        thumbLabel="Threshold"
        min={0}
        max={last}
        value={last - (index ?? last)}
        onChange={(value) => onIndex(last - value)}
        label={(value) => formatFixed(curves.thresholds[last - value])}
        mb="md"
      />
      {metrics !== null && (
        <>
          <ThresholdTable metrics={metrics} />
          <EitherSide project={project} source={source} classes={classes} curves={curves} metrics={metrics} />
        </>
      )}
    </SectionCard>
  );
}

const shares = [
  ['Sensitivity', 'sensitivity'],
  ['Specificity', 'specificity'],
  ['PPV', 'ppv'],
  ['NPV', 'npv'],
] as const;
const counts = [
  ['TP', 'truePositives'],
  ['FP', 'falsePositives'],
  ['FN', 'falseNegatives'],
  ['TN', 'trueNegatives'],
] as const;

function ThresholdTable({ metrics }: { readonly metrics: ThresholdMetrics }) {
  return (
    <Table.ScrollContainer minWidth={620}>
      <Table aria-label="Numbers at the threshold" className="tabular">
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="right">Threshold</Table.Th>
            {[...shares, ...counts].map(([title]) => (
              <Table.Th key={title} ta="right">
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Table.Tr>
            <Table.Td ta="right">{formatFixed(metrics.threshold)}</Table.Td>
            {shares.map(([title, key]) => (
              <MetricCell key={title} metric={metrics[key]} />
            ))}
            {counts.map(([title, key]) => (
              <Table.Td key={title} ta="right">
                {metrics[key]}
              </Table.Td>
            ))}
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function thresholdTable(metrics: ThresholdMetrics) {
  const row = (name: string, metric: Metric | null) => [
    name,
    metric?.value ?? null,
    metric?.low ?? null,
    metric?.high ?? null,
    metric?.n ?? null,
  ];
  return {
    columns: ['Measure', 'Value', '95 % low', '95 % high', 'n'],
    rows: [
      ['Threshold', metrics.threshold, null, null, null],
      ...shares.map(([title, key]) => row(title, metrics[key])),
      ...counts.map(([title, key]) => [title, metrics[key], null, null, null]),
    ],
  };
}

/** The images with the nearest scores, below and above. */
function EitherSide(
  props: Omit<ThresholdViewProps, 'index' | 'onIndex'> & {
    readonly metrics: ThresholdMetrics;
  },
) {
  const { project, source, classes, curves, metrics } = props;
  const { task } = curves;
  const { threshold } = metrics;
  const answer = useCases(project, source, { near: { task, threshold, count: IMAGES_EACH } }, { keepPrevious: true });
  const showImages = useSession((state) => state.showImages);
  if (answer.isPending) return <Skeleton h={140} />;
  if (answer.isError) return <ErrorAlert error={answer.error} onRetry={() => answer.refetch()} />;
  const scored = answer.data.cases.map((one) => ({ ...one, score: taskScore(one.probabilities, task) }));
  const sides = [
    { title: 'Just below: called negative', images: scored.filter(({ score }) => score < threshold).reverse() },
    { title: 'At and above: called positive', images: scored.filter(({ score }) => score >= threshold).reverse() },
  ];
  return (
    <div className={styles['sides']}>
      {sides.map(({ title, images }) => (
        <section key={title} aria-label={title}>
          <Text size="xs" c="dimmed" mb={6}>
            {images.length === 0 ? `${title}: no image` : title}
          </Text>
          <div className={styles['images']}>
            {images.map(({ image, truth, score }) => (
              <UnstyledButton
                key={image}
                className={styles['image']}
                onClick={() => showImages({ title: `Score ${formatFixed(score)}`, filter: { ids: [image] } })}
              >
                <img src={resourceUrl(resourcePaths.thumbnail(project, image))} alt="" loading="lazy" />
                <span className="tabular">
                  {formatFixed(score)} · {classes[truth] ?? ''}
                </span>
              </UnstyledButton>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
