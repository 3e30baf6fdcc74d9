import { Alert, Anchor, Checkbox, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import type { DatasetSummary, SplitRequest } from '#shared/models/dataset';
import { formatQuantity } from '#shared/text/number';
import { NumberField } from '../../../components/number-field';

/** The editor's request, with every field set. */
export type CompleteSplitRequest = Required<SplitRequest>;

interface FieldsProps {
  readonly request: CompleteSplitRequest;
  readonly onChange: (changes: Partial<CompleteSplitRequest>) => void;
}

const presets: readonly { validation: number; test: number }[] = [
  { validation: 0.2, test: 0.2 },
  { validation: 0.15, test: 0.15 },
  { validation: 0.1, test: 0.1 },
];

/** 0.125 → 12.5. */
export const percent = (share: number): number => Math.round(share * 1000) / 10;

/** The share left for training, 0 to 1, in tenths of a percent; negative if the other shares are too large. */
export const trainShare = ({ validation, test }: CompleteSplitRequest): number =>
  Math.round((1 - validation - test) * 1000) / 1000;

/** Shares, seed, and which images to keep together. A held-out test split has no share. */
export function SplitFields({ request, onChange: set }: FieldsProps) {
  const { heldOut } = request;
  return (
    <Group gap="sm" align="flex-start" wrap="nowrap">
      <NumberField
        label={heldOut === null ? 'Validation' : 'Validation, share of the rest'}
        suffix=" %"
        min={0}
        max={90}
        digits={1}
        value={percent(request.validation)}
        onChange={(value) => set({ validation: value / 100 })}
        width={heldOut === null ? 96 : 150}
        autoFocus
      />
      {heldOut === null && (
        <NumberField
          label="Test"
          suffix=" %"
          min={0}
          max={90}
          digits={1}
          value={percent(request.test)}
          onChange={(value) => set({ test: value / 100 })}
          width={96}
        />
      )}
      <NumberField
        label="Seed"
        min={0}
        max={0xffffffff}
        value={request.seed}
        onChange={(seed) => set({ seed })}
        width={96}
      />
      <Stack gap={2}>
        <Text size="xs" fw={500}>
          Keep together
        </Text>
        <SegmentedControl
          aria-label="Keep together"
          value={request.group}
          onChange={(group) => set({ group })}
          data={[
            { value: 'patient', label: 'Images of each patient' },
            { value: 'none', label: 'Nothing' },
          ]}
        />
      </Stack>
    </Group>
  );
}

/** Summary of the three shares, with common presets. `isOpen`: a field shows a value that is not applied yet. */
export function SharesText({ request, onChange: set, isOpen }: FieldsProps & { readonly isOpen: boolean }) {
  return (
    <Group gap="sm">
      <Text size="xs" className="tabular" fw={550} c={isOpen ? 'dimmed' : 'var(--mantine-color-text)'}>
        {isOpen && 'So far: '}
        Train {percent(trainShare(request))} % · Validation {percent(request.validation)} % · Test{' '}
        {percent(request.test)} %
      </Text>
      <Text size="xs" c="dimmed">
        Usual:{' '}
        {presets.map((preset, index) => (
          <span key={preset.test}>
            {index > 0 && ', '}
            <Anchor component="button" type="button" size="xs" onClick={() => set(preset)}>
              {Math.round((1 - preset.validation - preset.test) * 100)}/{preset.validation * 100}/{preset.test * 100}
            </Anchor>
          </span>
        ))}
      </Text>
    </Group>
  );
}

/** Whether near duplicates stay together, with warnings if they or a patient's images do not. */
export function KeepTogetherFields(props: FieldsProps & { readonly duplicates: DatasetSummary['duplicates'] }) {
  const { request, onChange: set, duplicates } = props;
  return (
    <>
      <Checkbox
        size="xs"
        label="Keep near duplicates together"
        description={
          duplicates.groups === 0
            ? 'No similar images.'
            : `${formatQuantity(duplicates.images, 'image')} in ${formatQuantity(duplicates.groups, 'group')} look alike. Patients who share a group are kept together too.`
        }
        checked={request.keepDuplicatesTogether}
        onChange={(event) => set({ keepDuplicatesTogether: event.currentTarget.checked })}
      />
      {!request.keepDuplicatesTogether && duplicates.groups > 0 && (
        <Alert color="orange" variant="light" icon={<TriangleAlert size={16} />} p="xs">
          Copies of an image may end up in both training and test. Such a split blocks training.
        </Alert>
      )}
      {request.group === 'none' && (
        <Alert color="orange" variant="light" icon={<TriangleAlert size={16} />} p="xs">
          Images of a patient may end up in both training and test, so results may look better than they would on new
          patients.
        </Alert>
      )}
    </>
  );
}
