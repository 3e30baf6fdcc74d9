import { Group, Select } from '@mantine/core';
import type { FrameChoice } from '#shared/models/dataset';
import { NumberField } from '../../../components/number-field';

const frameKinds: readonly { readonly value: FrameChoice['kind']; readonly label: string }[] = [
  { value: 'first', label: 'First frame' },
  { value: 'middle', label: 'Middle frame' },
  { value: 'every', label: 'Every nth frame' },
  { value: 'all', label: 'All frames' },
];

const STEP = 10;

/** Offered for every DICOM import, because a file's number of frames is only known once it is read. */
export function FrameSelect(props: { readonly value: FrameChoice; readonly onChange: (choice: FrameChoice) => void }) {
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
