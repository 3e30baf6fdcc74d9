import { Button, Group, NumberInput, SegmentedControl, Select, Text, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search, X } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { ImageFilter } from '#shared/models/dataset';
import { formatCount } from '#shared/text/number';
import { FacetMenu } from './facet-menu';
import { filterChips, type ImageSort, withoutFilter } from './filters';

export interface FilterBarProps {
  readonly project: string;
  readonly filter: ImageFilter;
  readonly onFilter: (filter: ImageFilter) => void;
  /** Name of a filter by ids that another screen set. */
  readonly idsTitle: string | null;
  readonly sort: ImageSort;
  readonly onSort: (sort: ImageSort) => void;
  readonly tileWidth: number;
  readonly onTileWidth: (width: number) => void;
  readonly shown: number | undefined;
  readonly total: number;
  /** At the right end, after the count. */
  readonly end?: ReactNode;
}

const sorts: { value: ImageSort; label: string }[] = [
  { value: 'path', label: 'File name' },
  { value: 'label', label: 'Class' },
  { value: 'split', label: 'Split' },
  { value: 'patient', label: 'Patient' },
  { value: 'added', label: 'Added' },
];

/** Search, patient, order and thumbnail size of the grid, and its active filters. */
export function FilterBar(props: FilterBarProps) {
  const { project, filter, onFilter, idsTitle, sort, onSort, tileWidth, onTileWidth, shown, total, end } = props;
  const [text, setText] = useState(filter.text ?? '');
  const search = useDebouncedCallback((value: string) => {
    onFilter(value.trim() === '' ? withoutFilter(filter, 'text') : { ...filter, text: value });
  }, 200);
  useEffect(() => setText(filter.text ?? ''), [filter.text]);
  const chips = filterChips(filter, idsTitle);
  const narrowed = chips.length > 0 || filter.text !== undefined;
  return (
    <Group gap="xs" px={12} py={8} wrap="wrap" style={{ borderBottom: '1px solid var(--fovea-border)' }}>
      <TextInput
        aria-label="Search file names"
        placeholder="Search file names"
        leftSection={<Search size={14} />}
        flex="1 1 72px"
        maw={220}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      <NumberInput
        aria-label="Patient number"
        placeholder="Patient"
        w={72}
        min={1}
        allowDecimal={false}
        allowNegative={false}
        hideControls
        value={filter.patient ?? ''}
        onChange={(value) =>
          onFilter(
            typeof value === 'number' && value > 0 ? { ...filter, patient: value } : withoutFilter(filter, 'patient'),
          )
        }
      />
      <FacetMenu project={project} filter={filter} onFilter={onFilter} />
      <Select
        aria-label="Sort by"
        data={sorts}
        value={sort}
        w={104}
        allowDeselect={false}
        onChange={(value) => value !== null && onSort(value as ImageSort)}
      />
      <Tooltip label="Thumbnail size">
        <SegmentedControl
          aria-label="Thumbnail size"
          value={String(tileWidth)}
          onChange={(value) => onTileWidth(Number(value))}
          data={[
            { value: '92', label: 'S' },
            { value: '128', label: 'M' },
            { value: '188', label: 'L' },
          ]}
        />
      </Tooltip>
      {chips.map(({ key, text: words }) => (
        <Button
          key={key}
          size="compact-xs"
          variant="light"
          rightSection={<X size={12} aria-hidden />}
          aria-label={`Remove filter ${words}`}
          onClick={() => onFilter(withoutFilter(filter, key))}
        >
          {words}
        </Button>
      ))}
      <Text size="xs" c="dimmed" className="tabular" ml="auto" role="status">
        {shown !== undefined && narrowed ? `${formatCount(shown)} of ${formatCount(total)}` : ''}
      </Text>
      {end}
    </Group>
  );
}
