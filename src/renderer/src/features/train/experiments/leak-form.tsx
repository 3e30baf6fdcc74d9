import { Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { splitNames } from '#shared/models/dataset';
import { leakText } from '#shared/models/sign-off';
import { formatCount } from '#shared/text/number';
import { ErrorAlert } from '../../../components/error-alert';
import { NumberField } from '../../../components/number-field';
import { useCommand, useRequest } from '../../../state/requests';
import { splitTitles } from '../../../theme/class-colours';
import { ExperimentStart, type KindFormProps, NameField, optionalName } from './experiment-start';

/** Shares and seed of the two splits, the patients and duplicates that would leak, and the start button. */
export function LeakForm({ project, draft, onStarted }: KindFormProps) {
  const [shares, setShares] = useState({ validation: 0.2, test: 0.2, seed: 42 });
  const [name, setName] = useState('');
  const plan = useRequest('experiments.planLeak', { project, ...shares }, { keepPrevious: true });
  const start = useCommand('experiments.leak', { quiet: true, onSuccess: onStarted });
  const percent = (split: 'validation' | 'test') => ({
    suffix: ' %',
    min: 1,
    max: 45,
    digits: 1,
    value: Math.round(shares[split] * 1000) / 10,
    onChange: (value: number) => setShares({ ...shares, [split]: value / 100 }),
  });
  return (
    <>
      <Group grow align="flex-start">
        <NumberField label="Validation" {...percent('validation')} />
        <NumberField label="Test" {...percent('test')} />
        <NumberField
          label="Seed of both splits"
          value={shares.seed}
          min={0}
          max={0xffffffff}
          onChange={(seed) => setShares({ ...shares, seed })}
        />
      </Group>
      {plan.isError && <ErrorAlert error={plan.error} />}
      {plan.data !== undefined && (
        <>
          <Table aria-label="The two splits" className="tabular" withTableBorder>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Split</Table.Th>
                {splitNames.map((split) => (
                  <Table.Th key={split} ta="right">
                    {splitTitles[split]}
                  </Table.Th>
                ))}
                <Table.Th>In more than one split</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {(['leaking', 'grouped'] as const).map((side) => (
                <Table.Tr key={side}>
                  <Table.Th scope="row" fw={400}>
                    {side === 'leaking' ? 'Leaking' : 'Grouped'}
                  </Table.Th>
                  {splitNames.map((split) => (
                    <Table.Td key={split} ta="right">
                      {formatCount(plan.data[side].splits[split].images)}
                    </Table.Td>
                  ))}
                  <Table.Td>{side === 'leaking' ? leakText(plan.data.leaking) : 'nothing'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Text size="xs" c="dimmed">
            Every result of the leaking run states that it was made to measure the leak. Both test splits contain images
            of the current test set, so each evaluation counts as an opening of it.
          </Text>
        </>
      )}
      <NameField value={name} onChange={setName} />
      <ExperimentStart
        project={project}
        draft={draft}
        runs={2}
        blocked={plan.data === undefined}
        checking={plan.isFetching}
        problems={plan.data?.problems ?? []}
        warnings={[]}
        error={start.isError ? start.error : null}
        busy={start.isPending}
        onStart={() => start.mutate({ project, config: draft, ...shares, ...optionalName(name) })}
        ownSplits
      />
    </>
  );
}
