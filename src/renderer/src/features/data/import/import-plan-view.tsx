import {
  Alert,
  Box,
  Button,
  Checkbox,
  Group,
  Input,
  Select,
  SimpleGrid,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { FileSpreadsheet, Info, TriangleAlert, X } from 'lucide-react';
import { useState } from 'react';
import type { NameChoice } from '#shared/class-names/similar-names';
import { assertNever } from '#shared/ipc/errors';
import type { FrameChoice, ImportOptions, ImportPlan } from '#shared/models/dataset';
import type { ColumnMapping, TableAnswers } from '#shared/models/label-table';
import { patientsText } from '#shared/models/patient-count';
import { formatBytes, formatCount, formatQuantity } from '#shared/text/number';
import { type Grant, platform } from '../../../bridge/bridge';
import { ClassChip } from '../../../components/class-chip';
import { Notice } from '../../../components/notice';
import { NumberField } from '../../../components/number-field';
import { Stat } from '../../../components/stat';
import { useWrongFields } from '../../../components/wrong-fields';
import { useRequest } from '../../../state/requests';
import { showError } from '../../../state/toasts';
import { splitNames } from '../../../theme/class-colours';
import { classWarning } from '../browse/filters';
import { SimilarNamesQuestion } from '../label-table/similar-names-question';
import { TableFacts, TableMapper, useTablePreview } from '../label-table/table-mapper';
import { isAnswered, TableQuestions } from '../label-table/table-questions';
import classes from '../parts/import.module.css';
import { patternPresets, tryPattern } from './patient-pattern';
import { SkippedFiles } from './skipped-files';

export interface ImportPlanViewProps {
  readonly project: string;
  readonly plan: ImportPlan;
  readonly onImport: (options: ImportOptions, labels: Grant | null) => void;
  readonly onCancel: () => void;
}

/** What an import would do, and the choices that it leaves. Nothing is written before the person agrees. */
export function ImportPlanView({ project, plan, onImport, onCancel }: ImportPlanViewProps) {
  const wrong = useWrongFields();
  const [labelsFromFolders, setLabels] = useState(true);
  const [splitsFromFolders, setSplits] = useState(true);
  const [copy, setCopy] = useState(false);
  const [frames, setFrames] = useState<FrameChoice>({ kind: 'first' });
  const [pattern, setPattern] = useState<string | null>(null);
  const [table, setTable] = useState<Grant | null>(null);
  const [columns, setColumns] = useState<ColumnMapping>({});
  const [answers, setAnswers] = useState<TableAnswers>({});
  const preview = pattern === null ? null : tryPattern(pattern, plan.examples ?? []);
  const groupPattern = preview?.ok === true ? pattern : null;
  const [classNames, setClassNames] = useState<NameChoice>('ask');
  const tableInput = { project, plan: plan.id, mapping: columns, answers, groupPattern, classNames };
  const tablePreview = useTablePreview({ ...tableInput, table: table?.grant ?? null });
  const patternInput = { project, plan: plan.id, groupPattern: groupPattern ?? '', answers };
  const patternPreview = useRequest('dataset.readPattern', patternInput, {
    keepPrevious: true,
    enabled: groupPattern !== null && table === null,
  });
  const ofPattern = groupPattern !== null && table === null ? patternPreview.data : undefined;
  // A table that is chosen and not understood would stop the import, or give no labels; an open question too.
  const tableReady =
    table === null || (tablePreview.data?.blocked === null && isAnswered(tablePreview.data.questions, answers));
  const patternReady = table !== null || groupPattern === null || isAnswered(ofPattern?.questions ?? [], answers);
  const similarNames =
    (table === null ? (labelsFromFolders ? plan.similarNames : []) : tablePreview.data?.similarNames) ?? [];
  const namesAsked = similarNames.length > 0 && classNames === 'ask';
  const fresh = plan.files - plan.alreadyKnown;
  // Files that are in may have frames that are not.
  const nothingNew = frames.kind === 'first' ? fresh === 0 : plan.files === 0;

  const choosePattern = (chosen: string | null) => {
    setPattern(chosen);
    setAnswers({});
  };
  const chooseTable = async () => {
    try {
      const chosen = await platform.pickFiles({ title: 'Choose a label table (CSV or TSV)' });
      if (chosen?.[0] === undefined) return;
      setColumns({});
      setAnswers({});
      setTable(chosen[0]);
    } catch (error) {
      showError(error);
    }
  };

  return (
    <Stack gap="md">
      <SimpleGrid cols={4}>
        <Stat label="Image files" value={formatCount(plan.files)} detail={kindsText(plan.kinds)} />
        <Stat label="Size" value={formatBytes(plan.bytes)} />
        <Stat
          label="Already imported"
          value={formatCount(plan.alreadyKnown)}
          {...detailIf(plan.alreadyKnown, 'skipped')}
        />
        <Stat
          label="Skipped"
          value={formatCount(plan.ignored.length)}
          {...detailIf(plan.ignored.length, 'see below')}
        />
      </SimpleGrid>

      {plan.warnings.map((warning) => (
        <Alert key={warning} color="orange" variant="light" icon={<TriangleAlert size={16} />} p="xs">
          {warning}
        </Alert>
      ))}

      {plan.information?.map((note) => (
        <Alert key={note} variant="light" icon={<Info size={16} />} p="xs">
          {note}
        </Alert>
      ))}

      {plan.files > 0 && (
        <>
          <section aria-label="Labels">
            <Text fw={600} mb={2}>
              Labels
            </Text>
            <Text c="dimmed" size="xs" mb="xs">
              {layoutText(plan)}
            </Text>
            {plan.layout !== 'none' && (
              <Group align="flex-start" gap="xl" wrap="nowrap">
                <Table
                  aria-label="Classes found"
                  className={classes['found'] ?? ''}
                  verticalSpacing={3}
                  data-off={!labelsFromFolders || undefined}
                >
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Class</Table.Th>
                      <Table.Th ta="right">Files</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {plan.classes.map(({ label, files }, index) => (
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
                <Stack gap="xs" flex={1}>
                  <Checkbox
                    label="Use folder names as class labels"
                    checked={labelsFromFolders}
                    onChange={(event) => setLabels(event.currentTarget.checked)}
                  />
                  {plan.layout === 'split-class-folders' && (
                    <>
                      <Checkbox
                        label="Keep the split of the folders"
                        checked={splitsFromFolders}
                        onChange={(event) => setSplits(event.currentTarget.checked)}
                      />
                      <Text size="xs" c="dimmed" className="tabular">
                        {plan.splits
                          .map(({ split, files }) => `${splitNames[split]} ${formatCount(files)}`)
                          .join(' · ')}
                      </Text>
                    </>
                  )}
                </Stack>
              </Group>
            )}
            <Group gap="xs" mt="xs">
              {table === null ? (
                <Button variant="default" leftSection={<FileSpreadsheet size={14} />} onClick={chooseTable}>
                  Add a label table (CSV)
                </Button>
              ) : (
                <Button variant="light" rightSection={<X size={13} />} onClick={() => setTable(null)}>
                  {`Labels from ${table.name}`}
                </Button>
              )}
              {table === null ? (
                <Text size="xs" c="dimmed">
                  One column with the path, accession number, UID or patient, plus any of label, reader, study, site,
                  split, sex and age
                </Text>
              ) : (
                <TableFacts {...tableInput} table={table.grant} />
              )}
            </Group>
            {table !== null && (
              <Box mt="xs">
                <TableMapper
                  {...tableInput}
                  table={table.grant}
                  onMapping={(chosen) => {
                    setColumns(chosen);
                    setAnswers({});
                  }}
                  onAnswers={setAnswers}
                />
              </Box>
            )}
            {similarNames.length > 0 && (
              <Box mt="xs">
                <SimilarNamesQuestion groups={similarNames} value={classNames} onChange={setClassNames} />
              </Box>
            )}
          </section>

          <section aria-label="Patients">
            <Text fw={600} mb={2}>
              Patients
            </Text>
            <Text c="dimmed" size="xs" mb="xs">
              Images of one patient stay in the same split. DICOM files identify the patient; for other files, the file
              name can.
            </Text>
            <Group gap="xs" align="flex-start" wrap="nowrap">
              <Select
                aria-label="Patient from"
                w={270}
                value={
                  pattern === null ? 'tags' : (patternPresets.find((one) => one.pattern === pattern)?.pattern ?? 'own')
                }
                allowDeselect={false}
                data={[
                  { value: 'tags', label: 'DICOM tags or label table' },
                  ...patternPresets.map((one) => ({ value: one.pattern, label: one.label })),
                  { value: 'own', label: 'Custom pattern' },
                ]}
                onChange={(value) => choosePattern(value === 'tags' ? null : value === 'own' ? '()' : value)}
              />
              {pattern !== null && (
                <TextInput
                  aria-label="Patient pattern"
                  flex={1}
                  ff="monospace"
                  spellCheck={false}
                  value={pattern}
                  error={preview !== null && !preview.ok ? preview.reason : null}
                  onChange={(event) => choosePattern(event.currentTarget.value)}
                />
              )}
            </Group>
            {preview?.ok === true && preview.tries.length > 0 && (
              <Input.Wrapper mt="xs" size="xs" label="Pattern matches">
                <div className={classes['tries']}>
                  {preview.tries.slice(0, 6).map(({ path, patient }) => (
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
            )}
            {ofPattern !== undefined && (
              <Stack gap="xs" mt="xs">
                <Text size="xs" fw={500} c="dimmed" role="status">
                  {`${formatQuantity(plan.files, 'file')}: ${patientsText({ patients: ofPattern.changes.after, withoutPatient: ofPattern.changes.unknown })}.`}
                </Text>
                {ofPattern.problems.length > 0 && <Notice tone="warning" lines={ofPattern.problems} />}
                <TableQuestions questions={ofPattern.questions} answers={answers} onAnswers={setAnswers} />
              </Stack>
            )}
          </section>

          {(plan.kinds['dicom'] ?? 0) > 0 && <FrameSelect value={frames} onChange={setFrames} />}

          <Checkbox
            label="Copy the files into the project folder"
            description="Otherwise the project uses them where they are now."
            checked={copy}
            onChange={(event) => setCopy(event.currentTarget.checked)}
          />
        </>
      )}

      {plan.ignored.length > 0 && <SkippedFiles title="Skipped files" files={plan.ignored} />}

      <Group justify="flex-end" gap="xs" className={classes['footer'] ?? ''}>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          data-autofocus
          disabled={
            nothingNew || preview?.ok === false || !tableReady || !patternReady || namesAsked || wrong.length > 0
          }
          onClick={() =>
            onImport(
              {
                labelsFromFolders,
                splitsFromFolders,
                groupPattern: pattern,
                copy,
                frames,
                columns,
                answers,
                classNames,
              },
              table,
            )
          }
        >
          {nothingNew
            ? 'Nothing new to import'
            : frames.kind === 'first'
              ? `Import ${formatQuantity(fresh, 'image')}`
              : `Import ${formatQuantity(plan.files, 'file')}`}
        </Button>
      </Group>
    </Stack>
  );
}

const frameKinds: readonly { readonly value: FrameChoice['kind']; readonly label: string }[] = [
  { value: 'first', label: 'First frame' },
  { value: 'middle', label: 'Middle frame' },
  { value: 'every', label: 'Every nth frame' },
  { value: 'all', label: 'All frames' },
];

const STEP = 10;

/** Whether a file has several frames is known only when it is read, so the choice is offered for every DICOM import. */
function FrameSelect(props: { readonly value: FrameChoice; readonly onChange: (choice: FrameChoice) => void }) {
  const { value, onChange } = props;
  return (
    <Group gap="xs" align="flex-end">
      <Select
        label="Multi-frame DICOM files"
        description="Frames of one file stay in the same split."
        w={270}
        allowDeselect={false}
        data={frameKinds}
        value={value.kind}
        onChange={(kind) => {
          const chosen = frameKinds.find((one) => one.value === kind)?.value ?? 'first';
          onChange(chosen === 'every' ? { kind: chosen, step: STEP } : { kind: chosen });
        }}
      />
      {value.kind === 'every' && (
        <NumberField
          label="Frame step"
          width={150}
          min={1}
          max={10_000}
          value={value.step}
          onChange={(step) => onChange({ kind: 'every', step })}
        />
      )}
    </Group>
  );
}

/** A number's explanation, where there is something to explain. */
function detailIf(count: number, detail: string): { detail?: string } {
  return count === 0 ? {} : { detail };
}

function kindsText(kinds: Readonly<Record<string, number>>): string {
  const names: Record<string, string> = { dicom: 'DICOM', png: 'PNG', jpeg: 'JPEG' };
  return Object.entries(kinds)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${formatCount(count)} ${names[kind] ?? kind}`)
    .join(', ');
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
