import { Button, Drawer, Group, Skeleton, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { ArrowLeft, CircleCheck, CircleX, Images } from 'lucide-react';
import { useEffect, useState } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { CasePrediction } from '#shared/models/run';
import { formatFixed, formatPercent, formatQuantity } from '#shared/text/number';
import { resourceUrl } from '../../bridge/bridge';
import { ClassChip } from '../../components/class-chip';
import { ErrorAlert } from '../../components/error-alert';
import { TableMenu } from '../../components/table-menu';
import { useRequest } from '../../state/requests';
import { useSession } from '../../state/session';
import styles from './case-gallery.module.css';
import { type CaseFilter, type CaseSource, useCases } from './use-cases';

/** The cases to show, with a title that names their selection. */
export interface CaseQuery {
  readonly title: string;
  readonly filter: CaseFilter;
}

export interface CaseGalleryProps {
  readonly project: string;
  readonly source: CaseSource;
  readonly classes: readonly string[];
  /** Null closes the drawer. */
  readonly query: CaseQuery | null;
  readonly onClose: () => void;
}

const isCorrect = ({ truth, predicted }: CasePrediction) => truth === predicted;

/** Maximum number of images shown at once; the rest is in the Data screen. */
const MAX_SHOWN = 120;

/** A drawer with the images behind a number: truth, prediction and confidence of each, and a larger view. */
export function CaseGallery({ project, source, classes, query, onClose }: CaseGalleryProps) {
  return (
    <Drawer
      opened={query !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={query?.title ?? ''}
      closeButtonProps={{ 'aria-label': 'Close the images' }}
    >
      {query !== null && (
        <CaseList key={JSON.stringify(query)} project={project} source={source} classes={classes} query={query} />
      )}
    </Drawer>
  );
}

function CaseList({
  project,
  source,
  classes,
  query,
}: Omit<CaseGalleryProps, 'onClose' | 'query'> & { query: CaseQuery }) {
  const answer = useCases(project, source, query.filter);
  const cases = (answer.data?.cases ?? []).toSorted(
    (a, b) => Number(isCorrect(a)) - Number(isCorrect(b)) || b.confidence - a.confidence,
  );
  const images = useRequest(
    'dataset.images',
    { project, ids: cases.slice(0, MAX_SHOWN).map(({ image }) => image) },
    { enabled: cases.length > 0 },
  );
  const showImages = useSession((state) => state.showImages);
  const [opened, setOpened] = useState<CasePrediction | null>(null);
  const pathOf = (id: number) => images.data?.images.find((image) => image.id === id)?.path ?? `image ${id}`;
  const label = (index: number) => classes[index] ?? `class ${index}`;

  if (answer.isPending) return <Skeleton h={300} />;
  if (answer.isError) return <ErrorAlert error={answer.error} onRetry={() => answer.refetch()} />;
  if (opened !== null) {
    return (
      <CaseView
        project={project}
        classes={classes}
        shown={opened}
        path={pathOf(opened.image)}
        onBack={() => setOpened(null)}
      />
    );
  }
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text c="dimmed" size="xs">
          {formatQuantity(cases.length, 'image')}, errors first, then by confidence
          {cases.length > MAX_SHOWN ? `; the first ${MAX_SHOWN} shown` : ''}
        </Text>
        <Group gap={4}>
          <Button
            variant="default"
            leftSection={<Images size={14} />}
            disabled={cases.length === 0}
            onClick={() => showImages({ title: query.title, filter: { ids: cases.map(({ image }) => image) } })}
          >
            Show in Data
          </Button>
          <TableMenu
            name={query.title}
            table={() => ({
              columns: [
                'Image',
                'True class',
                'Predicted class',
                'Confidence',
                'Loss',
                ...classes.map((name) => `P(${name})`),
              ],
              rows: cases.map((row) => [
                pathOf(row.image),
                label(row.truth),
                label(row.predicted),
                row.confidence,
                row.loss,
                ...classes.map((_, index) => row.probabilities[index] ?? null),
              ]),
            })}
          />
        </Group>
      </Group>
      <div className={styles['grid']}>
        {cases.slice(0, MAX_SHOWN).map((row) => (
          <UnstyledButton key={row.image} className={styles['card']} onClick={() => setOpened(row)}>
            <img
              className={styles['picture']}
              src={resourceUrl(resourcePaths.thumbnail(project, row.image))}
              alt={pathOf(row.image)}
              loading="lazy"
            />
            <div className={styles['text']}>
              <div>True {label(row.truth)}</div>
              <div>
                Predicted <b>{label(row.predicted)}</b>
              </div>
              <div className="tabular">{formatPercent(row.confidence)} confidence</div>
            </div>
          </UnstyledButton>
        ))}
      </div>
    </Stack>
  );
}

interface CaseViewProps {
  readonly project: string;
  readonly classes: readonly string[];
  readonly shown: CasePrediction;
  readonly path: string;
  readonly onBack: () => void;
}

function CaseView({ project, classes, shown, path, onBack }: CaseViewProps) {
  const showImages = useSession((state) => state.showImages);
  useEffect(() => {
    const back = (event: KeyboardEvent) => {
      if (event.key === 'Backspace') onBack();
    };
    window.addEventListener('keydown', back);
    return () => window.removeEventListener('keydown', back);
  }, [onBack]);
  const correct = isCorrect(shown);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Button variant="default" leftSection={<ArrowLeft size={14} />} onClick={onBack}>
          All images
        </Button>
        <Button
          variant="default"
          leftSection={<Images size={14} />}
          onClick={() => showImages({ title: path, filter: { ids: [shown.image] } })}
        >
          Show in Data
        </Button>
      </Group>
      <img className={styles['large']} src={resourceUrl(resourcePaths.display(project, shown.image))} alt={path} />
      <Group gap="xs">
        {correct ? (
          <CircleCheck size={16} color="var(--fovea-accent-text)" aria-hidden />
        ) : (
          <CircleX size={16} color="var(--mantine-color-error)" aria-hidden />
        )}
        <Text fw={600}>{correct ? 'Correct' : 'Incorrect'}</Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {path}
          {shown.patient === null ? '' : ` · patient ${shown.patient}`}
        </Text>
      </Group>
      <Table aria-label="Probabilities" className="tabular">
        <Table.Tbody>
          {classes.map((name, index) => (
            <Table.Tr key={name}>
              <Table.Td>
                <ClassChip label={name} index={index} />
              </Table.Td>
              <Table.Td c="dimmed">
                {[index === shown.truth ? 'true class' : null, index === shown.predicted ? 'predicted' : null]
                  .filter((part) => part !== null)
                  .join(', ')}
              </Table.Td>
              <Table.Td ta="right">{formatFixed(shown.probabilities[index])}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed">
        Image loss {formatFixed(shown.loss)}. Research use only.
      </Text>
    </Stack>
  );
}
