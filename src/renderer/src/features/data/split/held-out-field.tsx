import { Checkbox, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import type { HeldOut, OriginKind, OriginList } from '#shared/models/held-out';
import { patientsCell } from '#shared/models/patient-count';
import { formatCount, formatQuantity } from '#shared/text/number';
import { useRequest } from '../../../state/requests';

export interface HeldOutFieldProps {
  readonly project: string;
  readonly classNames: readonly string[];
  readonly value: HeldOut | null;
  readonly onChange: (value: HeldOut | null) => void;
}

const names: Readonly<Record<OriginKind, string>> = { site: 'Sites', scanner: 'Scanners', station: 'Stations' };

/** Chooses the test split: a random share, or all images of some sites, scanners or stations. */
export function HeldOutField({ project, classNames, value, onChange }: HeldOutFieldProps) {
  const origins = useRequest('dataset.origins', { project }).data?.origins ?? [];
  // A single site is not offered, since nothing would be left to train on; stations are offered only if the files name
  // several.
  const selectable = origins.filter(({ by, values }) => by !== 'station' || values.length > 1);
  const list = origins.find(({ by }) => by === value?.by);
  return (
    <Stack gap={4}>
      <Text size="xs" fw={500}>
        Test on
      </Text>
      <SegmentedControl
        aria-label="Test on"
        value={value?.by ?? 'share'}
        onChange={(kind) => {
          const chosen = origins.find(({ by }) => by === kind);
          onChange(chosen === undefined ? null : { by: chosen.by, values: [] });
        }}
        data={[
          { value: 'share', label: 'Random sample' },
          ...selectable.map(({ by, values }) => ({ value: by, label: names[by], disabled: values.length < 2 })),
        ]}
        style={{ alignSelf: 'flex-start' }}
      />
      {value === null || list === undefined ? (
        <Text size="xs" c="dimmed">
          {selectable.some(({ values }) => values.length > 1)
            ? 'Hold out a whole site or scanner to measure how the model performs on a site or scanner it was not trained on.'
            : 'To hold out a site or scanner, the images need at least two of them.'}
        </Text>
      ) : (
        <OriginTable
          list={list}
          classNames={classNames}
          chosen={value.values}
          onChange={(values) => onChange({ by: list.by, values })}
        />
      )}
    </Stack>
  );
}

interface OriginTableProps {
  readonly list: OriginList;
  readonly classNames: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (values: string[]) => void;
}

function OriginTable({ list, classNames, chosen, onChange }: OriginTableProps) {
  return (
    <>
      <Table.ScrollContainer minWidth={420} mah={190}>
        <Table aria-label={`${names[list.by]} to hold out`} className="tabular" withTableBorder stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Hold out for testing</Table.Th>
              {classNames.map((label) => (
                <Table.Th key={label} ta="right">
                  {label}
                </Table.Th>
              ))}
              <Table.Th ta="right">Images</Table.Th>
              <Table.Th ta="right">Patients</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.values.map(({ value, images, patients, withoutPatient, classes }) => (
              <Table.Tr key={value}>
                <Table.Td>
                  <Checkbox
                    size="xs"
                    label={value}
                    checked={chosen.includes(value)}
                    onChange={(event) =>
                      onChange(
                        event.currentTarget.checked ? [...chosen, value] : chosen.filter((other) => other !== value),
                      )
                    }
                  />
                </Table.Td>
                {classNames.map((label) => (
                  <Table.Td key={label} ta="right">
                    {formatCount(classes[label] ?? 0)}
                  </Table.Td>
                ))}
                <Table.Td ta="right">{formatCount(images)}</Table.Td>
                <Table.Td ta="right">{patientsCell({ patients, withoutPatient })}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed">
        {list.unknown > 0 &&
          `${formatQuantity(list.unknown, 'image')} without a known ${list.by} ${list.unknown === 1 ? 'stays' : 'stay'} out of the test split. `}
        If any image of a patient or duplicate group is held out, all its images are.
      </Text>
    </>
  );
}
