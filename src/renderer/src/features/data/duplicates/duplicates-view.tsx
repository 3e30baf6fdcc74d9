import { Button, Center, Group, Kbd, Loader, SegmentedControl, Text } from '@mantine/core';
import { ArrowLeft, CopyCheck } from 'lucide-react';
import { useMemo } from 'react';
import type { DatasetSummary } from '#shared/models/dataset';
import type { DuplicateGroup } from '#shared/models/duplicates';
import { formatCount } from '#shared/text/number';
import { EmptyState } from '../../../components/empty-state';
import { ErrorAlert } from '../../../components/error-alert';
import { ImageList } from '../parts/image-list';
import type { Labelling } from '../parts/use-labelling';
import classes from '../parts/view.module.css';
import { DuplicateComparison } from './duplicate-comparison';
import { type DuplicateFilter, duplicateFilters, filterNames, isShown } from './duplicate-filter';
import { duplicateRow } from './duplicate-rows';
import { useDuplicateKeys } from './use-duplicate-keys';
import { useDuplicates } from './use-duplicates';

export interface DuplicatesViewProps {
  readonly project: string;
  readonly summary: DatasetSummary;
  readonly labelling: Labelling;
  readonly filter: DuplicateFilter;
  readonly onFilter: (filter: DuplicateFilter) => void;
  readonly onClose: () => void;
}

/** Groups of duplicates, with actions to keep, relabel or remove their images. */
export function DuplicatesView({ project, summary, labelling, filter, onFilter, onClose }: DuplicatesViewProps) {
  const duplicates = useDuplicates(project, filter, labelling);
  const { answer, all, groups, group, current, go, images, shown, pair, setPair, judge } = duplicates;
  const rows = useMemo(() => groups.map(duplicateRow), [groups]);
  const classNames = useMemo(() => summary.classes.map(({ label }) => label), [summary.classes]);

  useDuplicateKeys({ duplicates, labelling, classNames, onClose });

  return (
    <section className={classes['view']} aria-label="Duplicates">
      <DuplicatesBar all={all} filter={filter} onFilter={onFilter} onClose={onClose} />
      {answer.isError && <ErrorAlert error={answer.error} onRetry={() => answer.refetch()} />}
      {answer.isPending && (
        <Center h="100%">
          <Loader size="sm" aria-label="Comparing images" />
        </Center>
      )}
      {all !== undefined && groups.length === 0 && (
        <NoGroups all={all.length} filter={filter} onFilter={onFilter} onClose={onClose} />
      )}
      {group !== undefined && (
        <div className={classes['columns']}>
          <div className={classes['side']}>
            <ImageList project={project} label="Groups of duplicates" rows={rows} current={current} onCurrent={go} />
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

type BarProps = Pick<DuplicatesViewProps, 'filter' | 'onFilter' | 'onClose'>;

function DuplicatesBar(props: BarProps & { readonly all: readonly DuplicateGroup[] | undefined }) {
  const { all, filter, onFilter, onClose } = props;
  const count = (one: DuplicateFilter) => (all ?? []).filter((candidate) => isShown(candidate, one)).length;
  return (
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
  );
}

/** Shown if no group matches the filter. `all` is the number of groups without a filter. */
function NoGroups({ all, filter, onFilter, onClose }: BarProps & { readonly all: number }) {
  return (
    <EmptyState
      icon={CopyCheck}
      title={emptyTitle(all, filter)}
      actions={
        all > 0 && filter !== 'all' ? (
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
