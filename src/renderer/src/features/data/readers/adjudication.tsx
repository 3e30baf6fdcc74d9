import { Button, Center, Group, Kbd, Loader, Stack, Table, Text } from '@mantine/core';
import { CircleCheck } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Disagreement, ReadersSummary } from '#shared/models/readers';
import { ClassChip, ClassDot } from '../../../components/class-chip';
import { EmptyState } from '../../../components/empty-state';
import { ErrorAlert } from '../../../components/error-alert';
import { EditControls } from '../../../components/read-only';
import { TableMenu } from '../../../components/table-menu';
import { useRequest } from '../../../state/requests';
import { useHiddenItems } from '../parts/hidden-items';
import { ImageList, type ImageRow } from '../parts/image-list';
import { useDataShortcuts } from '../parts/use-data-shortcuts';
import type { Labelling } from '../parts/use-labelling';
import { usePlainKeys } from '../parts/use-plain-keys';
import classes from '../parts/view.module.css';
import { ImageViewer } from '../viewer/image-viewer';
import { type DisplaySettings, defaultDisplay } from '../viewer/use-viewer';
import readers from './readers-view.module.css';

export interface AdjudicationProps {
  readonly project: string;
  readonly summary: ReadersSummary;
  readonly labelling: Labelling;
  readonly onClose: () => void;
}

/** Images that readers disagree on, one at a time: a key adjudicates one and shows the next. */
export function Adjudication({ project, summary, labelling, onClose }: AdjudicationProps) {
  const answer = useRequest('readers.disagreements', { project }, { keepPrevious: true });
  const all = answer.data?.images;
  const { isItemHidden, hide } = useHiddenItems(answer);
  const open = useMemo(() => (all ?? []).filter(({ image }) => !isItemHidden(String(image))), [all, isItemHidden]);
  const rows = useMemo(() => open.map(disagreementRow), [open]);
  const [position, setPosition] = useState<{ image: number; at: number } | null>(null);
  const found = open.findIndex((one) => one.image === position?.image);
  const current = found >= 0 ? found : Math.min(position?.at ?? 0, open.length - 1);
  const item = open[current];
  const go = useCallback(
    (index: number) => {
      const at = Math.max(0, Math.min(open.length - 1, index));
      const next = open[at];
      if (next !== undefined) setPosition({ image: next.image, at });
    },
    [open],
  );
  // When an image leaves the list, the one that takes its place becomes current, even if none was chosen yet.
  useEffect(() => {
    if (item !== undefined) setPosition({ image: item.image, at: current });
  }, [item, current]);

  const adjudicate = async (label: string | undefined) => {
    if (item === undefined || label === undefined) return;
    await hide(String(item.image), () => labelling.adjudicate([item.image], label));
  };
  useDataShortcuts({
    onDigit: (digit) => void adjudicate(summary.classes[digit - 1]),
    onUndo: labelling.undo,
    onRemove: () => {},
    onEscape: onClose,
  });
  usePlainKeys({ ArrowDown: () => go(current + 1), ArrowUp: () => go(current - 1) });

  if (answer.isError) return <ErrorAlert error={answer.error} onRetry={() => answer.refetch()} />;
  if (all === undefined) {
    return (
      <Center h="100%">
        <Loader size="sm" aria-label="Loading disagreements" />
      </Center>
    );
  }
  if (item === undefined) {
    return (
      <EmptyState
        icon={CircleCheck}
        title={summary.disagreements === 0 ? 'No disagreements' : 'All disagreements adjudicated'}
        actions={
          <Button variant="default" onClick={onClose}>
            Back to the images
          </Button>
        }
      >
        Images are listed here when their readers choose different classes, and again when one of them changes a
        reading.
      </EmptyState>
    );
  }
  return (
    <div className={classes['columns']}>
      <div className={classes['side']}>
        <ImageList project={project} label="Images to adjudicate" rows={rows} current={current} onCurrent={go} />
      </div>
      <section className={readers['case']} aria-label="Image to adjudicate">
        <div className={readers['picture']}>
          <Picture project={project} image={item.image} />
        </div>
        <Verdict item={item} summary={summary} onAdjudicate={(label) => void adjudicate(label)} all={open} />
      </section>
    </div>
  );
}

const disagreementRow = ({ image, path, readings }: Disagreement): ImageRow => ({
  key: image,
  image,
  title: path.split('/').at(-1) ?? path,
  hint: path,
  note: countsText(readings),
});

/** "2 benign, 1 malignant", in descending order. */
function countsText(readings: Disagreement['readings']): string {
  const counts = new Map<string, number>();
  for (const { label } of readings) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([label, count]) => `${count} ${label}`)
    .join(', ');
}

/** With zoom, grey window and frames, as in the inspector. */
function Picture({ project, image }: { readonly project: string; readonly image: number }) {
  const detail = useRequest('dataset.image', { project, image });
  const [display, setDisplay] = useState<DisplaySettings>(defaultDisplay);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a window belongs to one image
  useEffect(() => setDisplay((before) => ({ ...defaultDisplay, windowing: before.windowing })), [image]);
  if (detail.isError) return <ErrorAlert error={detail.error} onRetry={() => detail.refetch()} />;
  if (detail.data === undefined) {
    return (
      <Center h="100%">
        <Loader size="sm" aria-label="Loading image" />
      </Center>
    );
  }
  return (
    <ImageViewer project={project} image={detail.data} display={display} onDisplay={setDisplay} large onLarge={null} />
  );
}

interface VerdictProps {
  readonly item: Disagreement;
  readonly all: readonly Disagreement[];
  readonly summary: ReadersSummary;
  readonly onAdjudicate: (label: string) => void;
}

function Verdict({ item, all, summary, onAdjudicate }: VerdictProps) {
  const index = (label: string) => summary.classes.indexOf(label);
  return (
    <Stack gap="sm" className={readers['verdict'] ?? ''}>
      <div>
        <Group justify="space-between" wrap="nowrap" gap={4}>
          <Text fw={600} truncate title={item.path}>
            {item.path.split('/').at(-1)}
          </Text>
          <TableMenu name="To adjudicate" table={() => toTable(all, summary)} />
        </Group>
        <Group gap={6}>
          <Text size="xs" c="dimmed">
            Current label
          </Text>
          <ClassChip label={item.label ?? 'none'} index={item.label === null ? -1 : index(item.label)} size="xs" />
        </Group>
      </div>
      <Table aria-label="Readings" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Reader</Table.Th>
            <Table.Th>Reading</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {item.readings.map(({ reader, label }) => (
            <Table.Tr key={reader}>
              <Table.Td className={readers['name'] ?? ''} title={reader}>
                {reader}
              </Table.Td>
              <Table.Td>
                <ClassChip label={label} index={index(label)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <EditControls>
        <Stack gap={6} role="group" aria-label="Adjudicate as">
          <Text size="xs" c="dimmed">
            Adjudicate as
          </Text>
          {summary.classes.map((label, place) => (
            <Button
              key={label}
              variant={label === item.majority ? 'light' : 'default'}
              styles={{ label: { flex: 1, textAlign: 'left' } }}
              leftSection={<ClassDot index={place} />}
              rightSection={place < 9 ? <Kbd size="xs">{place + 1}</Kbd> : undefined}
              onClick={() => onAdjudicate(label)}
            >
              {label === item.majority ? `${label} (majority)` : label}
            </Button>
          ))}
        </Stack>
      </EditControls>
    </Stack>
  );
}

function toTable(all: readonly Disagreement[], { readers: people }: ReadersSummary) {
  return {
    columns: ['Image', 'Label', ...people.map(({ name }) => name), 'Majority'],
    rows: all.map((one) => [
      one.path,
      one.label,
      ...people.map(({ name }) => one.readings.find(({ reader }) => reader === name)?.label ?? null),
      one.majority,
    ]),
  };
}
