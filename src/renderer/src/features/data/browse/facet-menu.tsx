import { Button, Menu, Text } from '@mantine/core';
import { Check, ListFilter } from 'lucide-react';
import { useState } from 'react';
import type { ImageFilter } from '#shared/models/dataset';
import { formatCount } from '#shared/text/number';
import { useRequest } from '../../../state/requests';
import { toggleFilter } from './filters';

export interface FacetMenuProps {
  readonly project: string;
  readonly filter: ImageFilter;
  readonly onFilter: (filter: ImageFilter) => void;
}

const kinds = [
  { key: 'flag', list: 'flags', title: 'Flags' },
  { key: 'sex', list: 'sexes', title: 'Sex' },
  { key: 'site', list: 'sites', title: 'Site' },
] as const;

/** Less common filters (flags, sex and site), each with its number of images. */
export function FacetMenu({ project, filter, onFilter }: FacetMenuProps) {
  const [opened, setOpened] = useState(false);
  const facets = useRequest('dataset.facets', { project }, { enabled: opened });
  const shown = kinds.filter(({ list }) => (facets.data?.[list].length ?? 0) > 0);
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-start" closeOnItemClick>
      <Menu.Target>
        <Button variant="default" px={8} aria-label="More filters">
          <ListFilter size={15} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflow: 'auto' }}>
        {facets.data !== undefined && shown.length === 0 && (
          <Menu.Label>No image has flags, a sex or a site</Menu.Label>
        )}
        {shown.map(({ key, list, title }) => [
          <Menu.Label key={title}>{title}</Menu.Label>,
          ...(facets.data?.[list] ?? []).map(({ value, images }) => (
            <Menu.Item
              key={`${key} ${value}`}
              leftSection={filter[key] === value ? <Check size={14} /> : <span style={{ width: 14 }} />}
              rightSection={
                <Text size="xs" c="dimmed" className="tabular">
                  {formatCount(images)}
                </Text>
              }
              onClick={() => onFilter(toggleFilter(filter, key, value))}
            >
              {value}
            </Menu.Item>
          )),
        ])}
      </Menu.Dropdown>
    </Menu>
  );
}
