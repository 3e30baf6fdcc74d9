import { Skeleton, Slider, Text, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { resourcePaths } from '#shared/ipc/resources';
import type { Curves } from '#shared/models/curves';
import type { OperatingMetrics } from '#shared/models/operating-point';
import { taskScore } from '#shared/statistics/binary-task';
import { formatFixed } from '#shared/text/number';
import { resourceUrl } from '../../../bridge/bridge';
import { ErrorAlert } from '../../../components/error-alert';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import { useSession } from '../../../state/session';
import { type CaseSource, useCases } from '../use-cases';
import { useThreshold } from '../use-threshold';
import { OperatingTable, operatingTable } from './operating-table';
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
  const threshold = index === null ? undefined : curves.thresholds[index];
  // A slider that moves asks only for the places where it rests.
  const [rested] = useDebouncedValue(threshold, 150);
  const { task } = curves;
  const choice = threshold === undefined || rested === undefined ? null : { task, threshold: rested, prevalence: null };
  const numbers = useThreshold(project, source, choice).data ?? null;
  const metrics = choice === null ? null : numbers;
  const last = curves.thresholds.length - 1;
  return (
    <SectionCard
      title="Threshold"
      description="An image is called positive if its score is at least the threshold. Click on a curve, or move the slider."
      actions={metrics !== null && <TableMenu name="Threshold" table={() => operatingTable(metrics)} />}
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
          <OperatingTable label="Numbers at the threshold" metrics={metrics} />
          <EitherSide project={project} source={source} classes={classes} curves={curves} metrics={metrics} />
        </>
      )}
    </SectionCard>
  );
}

/** The images with the nearest scores, below and above. */
function EitherSide(
  props: Omit<ThresholdViewProps, 'index' | 'onIndex'> & {
    readonly metrics: OperatingMetrics;
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
