import { Anchor, Button, Group, SegmentedControl, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import {
  parseSettingValue,
  settingLabel,
  settingText,
  sweepableSettings,
  withSetting,
} from '#shared/experiments/settings';
import type { Experiment } from '#shared/models/experiment';
import type { SettingValue } from '#shared/models/membership';
import { patientsCell } from '#shared/models/patient-count';
import type { ProjectSummary } from '#shared/models/project';
import { MAX_FOLDS, MIN_FOLDS } from '#shared/splitting/folds';
import { learningRateProblem } from '#shared/training/learning-rate-bound';
import { guideLearningRates } from '#shared/training/learning-rate-list';
import { totalEpochs } from '#shared/training/stages';
import { Dialog } from '../../../components/dialog';
import { ErrorAlert } from '../../../components/error-alert';
import { useInvalidField } from '../../../components/invalid-fields';
import { NumberField } from '../../../components/number-field';
import { EditControls } from '../../../components/read-only';
import { useCommand, useRequest } from '../../../state/requests';
import { type DraftConfig, defaultDraft, useDrafts } from '../parts/draft-store';
import { presetTitle } from '../parts/presets';
import { ExperimentStart, type KindFormProps, NameField, optionalName } from './experiment-start';
import { LeakForm } from './leak-form';

export interface NewExperimentProps {
  readonly project: ProjectSummary;
  readonly onStarted: (experiment: string) => void;
  /** Opens the form with the settings. */
  readonly onChangeSettings: () => void;
}

/** A button that opens the form for several runs that answer one question. */
export function NewExperiment({ project, onStarted, onChangeSettings }: NewExperimentProps) {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <>
      <EditControls>
        <Button variant="default" leftSection={<FlaskConical size={14} />} onClick={() => setOpened(true)}>
          New experiment
        </Button>
      </EditControls>
      <Dialog opened={opened} onClose={close} title="New experiment" size={620}>
        <ExperimentForm
          project={project}
          onStarted={(experiment) => {
            close();
            onStarted(experiment.id);
          }}
          onChangeSettings={() => {
            close();
            onChangeSettings();
          }}
        />
      </Dialog>
    </>
  );
}

interface FormProps {
  readonly project: ProjectSummary;
  readonly onStarted: (experiment: Experiment) => void;
  readonly onChangeSettings: () => void;
}

function ExperimentForm({ project, onStarted, onChangeSettings }: FormProps) {
  const [kind, setKind] = useState<Experiment['kind']>('sweep');
  const draft = useDrafts((state) => state.drafts[project.id]) ?? defaultDraft;
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="Kind of experiment"
        value={kind}
        onChange={(value) => setKind(value === 'folds' || value === 'leak' ? value : 'sweep')}
        data={[
          { value: 'sweep', label: 'Sweep' },
          { value: 'folds', label: 'Cross-validation' },
          { value: 'leak', label: 'Measure the leak' },
        ]}
      />
      <Text size="sm">{kindTexts[kind]}</Text>
      <Text size="xs" c="dimmed">
        Uses the settings of the New run form: {draft.backbone}, {presetTitle(draft.preset).toLowerCase()},{' '}
        {totalEpochs(draft)} epochs, seed {draft.seed}.{' '}
        <Anchor component="button" type="button" size="xs" onClick={onChangeSettings}>
          Change settings
        </Anchor>
      </Text>
      {kind === 'sweep' && <SweepForm project={project.id} draft={draft} onStarted={onStarted} />}
      {kind === 'folds' && <FoldsForm project={project.id} draft={draft} onStarted={onStarted} />}
      {kind === 'leak' && <LeakForm project={project.id} draft={draft} onStarted={onStarted} />}
    </Stack>
  );
}

const kindTexts: Readonly<Record<Experiment['kind'], string>> = {
  sweep:
    'Trains one run per value of a setting, with everything else and the seed unchanged, and compares them on the same validation images.',
  folds:
    'Divides the training and validation images into folds, keeping patients and near duplicates together, and trains one run per fold. Every image is predicted once, by the model that was not trained on it. Test images are excluded. Recommended for small datasets.',
  leak: 'Trains the same run twice: on a split that keeps patients and near duplicates together, and on one that does not. Both are tested, and the difference shows the effect of the leak. Both splits are drawn from all labelled images; the current split does not change.',
};

const guideValues = guideLearningRates.map(settingText).join(', ');

function SweepForm({ project, draft, onStarted }: KindFormProps) {
  const [key, setKey] = useState('learningRate');
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({ learningRate: guideValues });
  const [name, setName] = useState('');
  const text = texts[key] ?? '';
  const values = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(parseSettingValue);
  const distinct = [...new Set(values)];
  const invalid = distinct.find((value) => !isValidValue(draft, key, value));
  const start = useCommand('experiments.sweep', { quiet: true, onSuccess: onStarted });
  const error = valuesError(text, key, distinct, invalid);
  useInvalidField('Values', error);
  return (
    <>
      <Select
        label="Setting"
        searchable
        allowDeselect={false}
        data={sweepableSettings(draft).map((value) => ({ value, label: settingLabel(value) }))}
        value={key}
        onChange={(value) => setKey(value ?? 'learningRate')}
      />
      <TextInput
        label="Values"
        description={
          key === 'learningRate'
            ? 'Separated by commas. These four are a common first choice; a backbone from scratch needs higher values.'
            : `Separated by commas. Current value: ${settingText(currentValue(draft, key))}.`
        }
        value={text}
        error={error}
        onChange={(event) => setTexts({ ...texts, [key]: event.currentTarget.value })}
      />
      <NameField value={name} onChange={setName} />
      <ExperimentStart
        project={project}
        draft={draft}
        runs={distinct.length}
        blocked={distinct.length < 2}
        problems={[]}
        warnings={[]}
        error={start.isError ? start.error : null}
        busy={start.isPending}
        onStart={() => start.mutate({ project, config: draft, key, values: distinct, ...optionalName(name) })}
      />
    </>
  );
}

function isValidValue(draft: DraftConfig, key: string, value: SettingValue): boolean {
  const isRate = key === 'learningRate' || key === 'headLearningRate';
  if (isRate && typeof value === 'number' && learningRateProblem(value) !== null) return false;
  return withSetting(draft, key, value) !== null;
}

const currentValue = (draft: DraftConfig, key: string): SettingValue => {
  const value = key
    .split('.')
    .reduce<unknown>((inner, part) => (inner as Readonly<Record<string, unknown>>)[part], draft);
  return value as SettingValue;
};

function valuesError(
  text: string,
  key: string,
  values: readonly SettingValue[],
  invalid: SettingValue | undefined,
): string | null {
  if (text.trim() === '') return null;
  if (invalid !== undefined) return `${settingLabel(key)} cannot be ${settingText(invalid)}.`;
  if (values.length > 20) return 'At most 20 values.';
  return values.length < 2 ? 'Enter at least two different values.' : null;
}

function FoldsForm({ project, draft, onStarted }: KindFormProps) {
  const [folds, setFolds] = useState(5);
  const [seed, setSeed] = useState(42);
  const [name, setName] = useState('');
  const plan = useRequest('experiments.planFolds', { project, folds, seed }, { keepPrevious: true });
  const start = useCommand('experiments.crossValidate', { quiet: true, onSuccess: onStarted });
  const labels = Object.keys(plan.data?.folds[0]?.counts ?? {});
  return (
    <>
      <Group grow align="flex-start">
        <NumberField
          label="Folds"
          description={`${MIN_FOLDS} to ${MAX_FOLDS}`}
          value={folds}
          min={MIN_FOLDS}
          max={MAX_FOLDS}
          onChange={setFolds}
        />
        <NumberField
          label="Seed of the folds"
          description="The same seed gives the same folds"
          value={seed}
          min={0}
          max={0xffffffff}
          onChange={setSeed}
        />
      </Group>
      {plan.isError && <ErrorAlert error={plan.error} />}
      {plan.data !== undefined && (
        <Table.ScrollContainer minWidth={320} mah={220}>
          <Table aria-label="Images in each fold" className="tabular">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Fold</Table.Th>
                {labels.map((label) => (
                  <Table.Th key={label} ta="right">
                    {label}
                  </Table.Th>
                ))}
                <Table.Th ta="right">Images</Table.Th>
                <Table.Th ta="right">Patients</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {plan.data.folds.map((fold, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: folds are identified by number
                <Table.Tr key={index}>
                  <Table.Th scope="row" fw={400}>
                    {index + 1}
                  </Table.Th>
                  {labels.map((label) => (
                    <Table.Td key={label} ta="right">
                      {fold.counts[label] ?? 0}
                    </Table.Td>
                  ))}
                  <Table.Td ta="right">{fold.images}</Table.Td>
                  <Table.Td ta="right">{patientsCell(fold)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <NameField value={name} onChange={setName} />
      <ExperimentStart
        project={project}
        draft={draft}
        runs={folds}
        blocked={plan.data === undefined}
        checking={plan.isFetching}
        problems={plan.data?.problems ?? []}
        warnings={plan.data?.warnings ?? []}
        error={start.isError ? start.error : null}
        busy={start.isPending}
        onStart={() => start.mutate({ project, config: draft, folds, seed, ...optionalName(name) })}
      />
    </>
  );
}
