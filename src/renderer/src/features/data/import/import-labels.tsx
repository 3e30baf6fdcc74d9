import { Box, Button, Checkbox, Group, Stack, Table, Text } from '@mantine/core';
import { FileSpreadsheet, X } from 'lucide-react';
import { assertNever } from '#shared/ipc/errors';
import type { ImportPlan } from '#shared/models/dataset';
import { formatCount } from '#shared/text/number';
import { ClassChip } from '../../../components/class-chip';
import { splitTitles } from '../../../theme/class-colours';
import { classWarning } from '../browse/filters';
import { SimilarNamesQuestion } from '../label-table/similar-names-question';
import { TableFacts, TableMapper } from '../label-table/table-mapper';
import classes from '../parts/import.module.css';
import type { ImportChoices } from './use-import-choices';

interface LabelsProps {
  readonly plan: ImportPlan;
  readonly choices: ImportChoices;
}

/** Sources of an import's labels: folders, a table, and the merging of similar class names. */
export function ImportLabels({ plan, choices }: LabelsProps) {
  const { options, change, similarNames } = choices;
  return (
    <section aria-label="Labels">
      <Text fw={600} mb={2}>
        Labels
      </Text>
      <Text c="dimmed" size="xs" mb="xs">
        {layoutText(plan)}
      </Text>
      {plan.layout !== 'none' && (
        <Group align="flex-start" gap="xl" wrap="nowrap">
          <FoundClasses found={plan.classes} isOff={!options.labelsFromFolders} />
          <FolderChoices plan={plan} choices={choices} />
        </Group>
      )}
      <LabelTable choices={choices} />
      {similarNames.length > 0 && (
        <Box mt="xs">
          <SimilarNamesQuestion
            groups={similarNames}
            value={options.classNames}
            onChange={(classNames) => change({ classNames })}
          />
        </Box>
      )}
    </section>
  );
}

function FoundClasses({ found, isOff }: { readonly found: ImportPlan['classes']; readonly isOff: boolean }) {
  return (
    <Table
      aria-label="Classes found"
      className={classes['found'] ?? ''}
      verticalSpacing={3}
      data-off={isOff || undefined}
    >
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Class</Table.Th>
          <Table.Th ta="right">Files</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {found.map(({ label, files }, index) => (
          <Table.Tr key={label}>
            <Table.Td>
              <Group gap={6} wrap="nowrap">
                <ClassChip label={label} index={index} />
                {classWarning(files) !== 'none' && (
                  <Text size="xs" c="var(--fovea-warning-text)">
                    {classWarning(files) === 'too-few' ? 'very few' : 'few'}
                  </Text>
                )}
              </Group>
            </Table.Td>
            <Table.Td ta="right" className="tabular">
              {formatCount(files)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function FolderChoices({ plan, choices: { options, change } }: LabelsProps) {
  return (
    <Stack gap="xs" flex={1}>
      <Checkbox
        label="Use folder names as class labels"
        checked={options.labelsFromFolders}
        onChange={(event) => change({ labelsFromFolders: event.currentTarget.checked })}
      />
      {plan.layout === 'split-class-folders' && (
        <>
          <Checkbox
            label="Keep the split of the folders"
            checked={options.splitsFromFolders}
            onChange={(event) => change({ splitsFromFolders: event.currentTarget.checked })}
          />
          <Text size="xs" c="dimmed" className="tabular">
            {plan.splits.map(({ split, files }) => `${splitTitles[split]} ${formatCount(files)}`).join(' · ')}
          </Text>
        </>
      )}
    </Stack>
  );
}

function LabelTable({ choices: { change, table, chooseTable, dropTable, tableInput } }: Pick<LabelsProps, 'choices'>) {
  if (table === null) {
    return (
      <Group gap="xs" mt="xs">
        <Button variant="default" leftSection={<FileSpreadsheet size={14} />} onClick={chooseTable}>
          Add a label table (CSV)
        </Button>
        <Text size="xs" c="dimmed">
          One column with the path, accession number, UID or patient, plus any of label, reader, study, site, split, sex
          and age
        </Text>
      </Group>
    );
  }
  return (
    <>
      <Group gap="xs" mt="xs">
        <Button variant="light" rightSection={<X size={13} />} onClick={dropTable}>
          {`Labels from ${table.name}`}
        </Button>
        <TableFacts {...tableInput} table={table.grant} />
      </Group>
      <Box mt="xs">
        <TableMapper
          {...tableInput}
          table={table.grant}
          onMapping={(columns) => change({ columns, answers: {} })}
          onAnswers={(answers) => change({ answers })}
        />
      </Box>
    </>
  );
}

function layoutText(plan: ImportPlan): string {
  switch (plan.layout) {
    case 'class-folders':
      return 'Found one folder per class.';
    case 'split-class-folders':
      return 'Found train, validation or test folders with one folder per class inside.';
    case 'none':
      return 'No class folders found. Import without labels and use keys 1 to 9 to label, or add a label table.';
    default:
      return assertNever(plan.layout);
  }
}
