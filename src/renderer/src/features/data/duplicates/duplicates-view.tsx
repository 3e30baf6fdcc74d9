import { Button, Center, Group, Kbd, Loader, SegmentedControl, Text } from '@mantine/core';
import { ArrowLeft, CopyCheck } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { DatasetSummary } from '#shared/models/dataset';
import { formatCount } from '#shared/text/number';
import { EmptyState } from '../../../components/empty-state';
import { ErrorAlert } from '../../../components/error-alert';
import { useRequest } from '../../../state/requests';
import { useLeaving } from '../parts/leaving';
import { PictureList } from '../parts/picture-list';
import { useDataShortcuts } from '../parts/use-data-shortcuts';
import type { Labelling } from '../parts/use-labelling';
import { usePlainKeys } from '../parts/use-plain-keys';
import classes from '../parts/view.module.css';
import { DuplicateComparison, type Pair } from './duplicate-comparison';
import {
  byUrgency,
  type DuplicateFilter,
  duplicateFilters,
  filterNames,
  isShown,
  shownGroup,
} from './duplicate-filter';
import { duplicateRow } from './duplicate-rows';

export interface DuplicatesViewProps {
  readonly project: string;
  readonly summary: DatasetSummary;
  readonly labelling: Labelling;
  readonly filter: DuplicateFilter;
  readonly onFilter: (filter: DuplicateFilter) => void;
  readonly onClose: () => void;
}

/** As many images as one request answers. */
const MOST_IMAGES = 500;
const firstPair: Pair = { left: 0, right: 1, active: 'right' };

/** Images that show the same, group by group: what a person keeps, relabels or removes. */
export function DuplicatesView({ project, summary, labelling, filter, onFilter, onClose }: DuplicatesViewProps) {
  const answer = useRequest('dataset.duplicates', { project }, { keepPrevious: true });
  const all = answer.data?.groups;
  const { gone, leave } = useLeaving(answer.dataUpdatedAt);
  const groups = useMemo(() => {
    const isLeaving = (id: string) => filter === 'open' && gone(id);
    return (all ?? []).filter((group) => isShown(group, filter) && !isLeaving(group.id)).sort(byUrgency);
  }, [all, filter, gone]);
  const [looking, setLooking] = useState<{ id: string; at: number } | null>(null);
  const current = shownGroup(groups, looking);
  const group = groups[current];
  const rows = useMemo(() => groups.map(duplicateRow), [groups]);
  const go = useCallback(
    (index: number) => {
      const next = groups[Math.max(0, Math.min(groups.length - 1, index))];
      if (next !== undefined) setLooking({ id: next.id, at: groups.indexOf(next) });
    },
    [groups],
  );
  // A group that leaves the list is followed by the one in its place, also when that is looked at for the first time.
  useEffect(() => {
    if (group !== undefined) setLooking({ id: group.id, at: current });
  }, [group, current]);

  const ids = useMemo(() => group?.images.slice(0, MOST_IMAGES) ?? [], [group]);
  const images = useRequest('dataset.images', { project, ids }, { enabled: ids.length > 0 });
  const shown = images.data?.images ?? [];
  const [chosen, setChosen] = useState<{ group: string; pair: Pair } | null>(null);
  const pair =
    chosen !== null && chosen.group === group?.id && chosen.pair.right < ids.length ? chosen.pair : firstPair;
  const setPair = (next: Pair) => group !== undefined && setChosen({ group: group.id, pair: next });
  const active = shown[pair[pair.active]];
  const classNames = useMemo(() => summary.classes.map(({ label }) => label), [summary.classes]);

  const judge = async (verdict: 'keep' | 'different') => {
    if (group === undefined) return;
    await leave(group.id, () => labelling.judge(group.images, verdict));
  };
  useDataShortcuts({
    onDigit: (digit) => {
      const label = digit === 0 ? null : classNames[digit - 1];
      if (active !== undefined && label !== undefined) void labelling.label([active.id], label);
    },
    onUndo: labelling.undo,
    onRemove: () => active !== undefined && void labelling.remove([active.id]),
    onEscape: onClose,
  });
  usePlainKeys({
    ArrowDown: () => go(current + 1),
    ArrowUp: () => go(current - 1),
    ArrowLeft: () => setPair({ ...pair, active: 'left' }),
    ArrowRight: () => {
      // Once more at the right: the next image of the group.
      const next = pair.active === 'right' ? pair.right + 1 : pair.right;
      setPair({ ...pair, right: next < ids.length ? next : 1, active: 'right' });
    },
    k: () => void judge('keep'),
    d: () => void judge('different'),
  });

  const count = (one: DuplicateFilter) => (all ?? []).filter((candidate) => isShown(candidate, one)).length;
  return (
    <section className={classes['view']} aria-label="Duplicates">
      <div className={classes['bar']}>
        <Button variant="default" leftSection={<ArrowLeft size={14} />} onClick={onClose}>
          All images
        </Button>
        <SegmentedControl
          aria-label="Duplicates filter"
          value={filter}
          onChange={(value) => onFilter(value)}
          data={duplicateFilters.map((value) => ({
            value,
            label: all === undefined ? filterNames[value] : `${filterNames[value]} ${formatCount(count(value))}`,
          }))}
        />
        <Group gap={6} visibleFrom="lg" ml="auto" aria-hidden>
          <Text size="xs" c="dimmed">
            <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> group · <Kbd size="xs">←</Kbd> <Kbd size="xs">→</Kbd> image ·{' '}
            <Kbd size="xs">1–9</Kbd> label · <Kbd size="xs">Del</Kbd> remove
          </Text>
        </Group>
      </div>
      {answer.isError && <ErrorAlert error={answer.error} onRetry={() => answer.refetch()} />}
      {answer.isPending && (
        <Center h="100%">
          <Loader size="sm" aria-label="Comparing images" />
        </Center>
      )}
      {all !== undefined && groups.length === 0 && (
        <EmptyState
          icon={CopyCheck}
          title={emptyTitle(all.length, filter)}
          actions={
            all.length > 0 && filter !== 'all' ? (
              <Button variant="default" onClick={() => onFilter('all')}>
                Show all groups
              </Button>
            ) : (
              <Button variant="default" onClick={onClose}>
                Back to the images
              </Button>
            )
          }
        >
          Every imported image is compared with all others. Similar images are kept in one split, because a copy of a
          training image in the test split makes results look better than they are.
        </EmptyState>
      )}
      {group !== undefined && (
        <div className={classes['columns']}>
          <div className={classes['side']}>
            <PictureList project={project} label="Groups of duplicates" rows={rows} current={current} onCurrent={go} />
          </div>
          {images.isError && <ErrorAlert error={images.error} onRetry={() => images.refetch()} />}
          <DuplicateComparison
            project={project}
            group={group}
            images={shown}
            classNames={classNames}
            pair={pair}
            onPair={setPair}
            onLabel={(image, label) => void labelling.label([image], label)}
            onRemove={(image) => void labelling.remove([image])}
            onKeep={() => void judge('keep')}
            onDifferent={() => void judge('different')}
          />
        </div>
      )}
    </section>
  );
}

function emptyTitle(groups: number, filter: DuplicateFilter): string {
  if (groups === 0) return 'No similar images';
  switch (filter) {
    case 'open':
      return 'All duplicates are reviewed';
    case 'conflicts':
      return 'No duplicates with different labels';
    case 'leaks':
      return 'No duplicates across splits';
    case 'suspected':
      return 'No possible duplicates to confirm';
    case 'all':
      return 'No similar images';
  }
}
