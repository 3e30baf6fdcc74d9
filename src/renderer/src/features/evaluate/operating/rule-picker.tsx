import { Group, Select } from '@mantine/core';
import type { OperatingRule } from '#shared/models/operating-point';
import { NumberField } from '../../../components/number-field';

const kinds = [
  { value: 'sensitivity', label: 'Sensitivity of at least' },
  { value: 'specificity', label: 'Specificity of at least' },
  { value: 'youden', label: "Youden's index" },
  { value: 'cost', label: 'Lowest cost' },
] as const;

const initialRules: Readonly<Record<OperatingRule['kind'], OperatingRule>> = {
  sensitivity: { kind: 'sensitivity', atLeast: 0.95, lowerBound: null },
  specificity: { kind: 'specificity', atLeast: 0.95, lowerBound: null },
  youden: { kind: 'youden' },
  cost: { kind: 'cost', missed: 5 },
};

export const firstRule = initialRules.sensitivity;

export interface RulePickerProps {
  readonly rule: OperatingRule;
  readonly onChange: (rule: OperatingRule) => void;
}

/** States how a threshold is chosen. */
export function RulePicker({ rule, onChange }: RulePickerProps) {
  return (
    <Group gap="sm" align="flex-end">
      <Select
        label="Rule"
        w={220}
        allowDeselect={false}
        data={[...kinds]}
        value={rule.kind}
        onChange={(kind) => kind !== null && onChange(initialRules[kind])}
      />
      {(rule.kind === 'sensitivity' || rule.kind === 'specificity') && (
        <>
          <NumberField
            label="At least"
            width={110}
            suffix=" %"
            digits={1}
            min={0}
            max={100}
            value={100 * rule.atLeast}
            onChange={(percent) => onChange({ ...rule, atLeast: percent / 100 })}
          />
          <NumberField
            label="Lower 95 % bound"
            width={140}
            suffix=" %"
            digits={1}
            min={0}
            max={100}
            value={100 * (rule.lowerBound ?? 0)}
            onChange={(percent) => onChange({ ...rule, lowerBound: percent === 0 ? null : percent / 100 })}
          />
        </>
      )}
      {rule.kind === 'cost' && (
        <NumberField
          label="False alarms that a missed positive is worth"
          width={280}
          digits={2}
          min={0.01}
          max={1e6}
          value={rule.missed}
          onChange={(missed) => onChange({ kind: 'cost', missed })}
        />
      )}
    </Group>
  );
}
