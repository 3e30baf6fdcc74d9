import { Group, Input, Select, Stack, Text, TextInput } from '@mantine/core';
import { patientsText } from '#shared/models/patient-count';
import { formatQuantity } from '#shared/text/number';
import { Notice } from '../../../components/notice';
import { TableQuestions } from '../label-table/table-questions';
import classes from '../parts/import.module.css';
import { type PatternMatch, patternPresets } from './patient-pattern';
import type { ImportChoices } from './use-import-choices';

/** Sources of an import's patients: files and table, or a pattern for the file names. */
export function ImportPatients({ files, choices }: { readonly files: number; readonly choices: ImportChoices }) {
  const { options, change, patternSample, patternPreview } = choices;
  return (
    <section aria-label="Patients">
      <Text fw={600} mb={2}>
        Patients
      </Text>
      <Text c="dimmed" size="xs" mb="xs">
        Images of one patient stay in the same split. DICOM files identify the patient; for other files, the file name
        can.
      </Text>
      <PatternField
        pattern={options.groupPattern}
        error={patternSample !== null && !patternSample.ok ? patternSample.reason : null}
        onChange={(groupPattern) => change({ groupPattern, answers: {} })}
      />
      {patternSample?.ok === true && patternSample.matches.length > 0 && (
        <Matches matches={patternSample.matches.slice(0, 6)} />
      )}
      {patternPreview !== undefined && (
        <Stack gap="xs" mt="xs">
          <Text size="xs" fw={500} c="dimmed" role="status">
            {`${formatQuantity(files, 'file')}: ${patientsText({ patients: patternPreview.changes.after, withoutPatient: patternPreview.changes.unknown })}.`}
          </Text>
          {patternPreview.problems.length > 0 && <Notice tone="warning" lines={patternPreview.problems} />}
          <TableQuestions
            questions={patternPreview.questions}
            answers={options.answers}
            onAnswers={(answers) => change({ answers })}
          />
        </Stack>
      )}
    </section>
  );
}

function PatternField(props: {
  readonly pattern: string | null;
  readonly error: string | null;
  readonly onChange: (pattern: string | null) => void;
}) {
  const { pattern, error, onChange } = props;
  const preset = patternPresets.find((one) => one.pattern === pattern)?.pattern ?? 'own';
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      <Select
        aria-label="Patient from"
        w={270}
        value={pattern === null ? 'tags' : preset}
        allowDeselect={false}
        data={[
          { value: 'tags', label: 'DICOM tags or label table' },
          ...patternPresets.map((one) => ({ value: one.pattern, label: one.label })),
          { value: 'own', label: 'Custom pattern' },
        ]}
        onChange={(value) => onChange(value === 'tags' ? null : value === 'own' ? '()' : value)}
      />
      {pattern !== null && (
        <TextInput
          aria-label="Patient pattern"
          flex={1}
          ff="monospace"
          spellCheck={false}
          value={pattern}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Group>
  );
}

function Matches({ matches }: { readonly matches: readonly PatternMatch[] }) {
  return (
    <Input.Wrapper mt="xs" size="xs" label="Pattern matches">
      <div className={classes['matches']}>
        {matches.map(({ path, patient }) => (
          <Group key={path} justify="space-between" wrap="nowrap" gap="md">
            <Text size="xs" c="dimmed" truncate>
              {path}
            </Text>
            <Text size="xs" fw={550} style={{ flex: 'none' }}>
              {patient ?? 'no match: patient unknown'}
            </Text>
          </Group>
        ))}
      </div>
    </Input.Wrapper>
  );
}
