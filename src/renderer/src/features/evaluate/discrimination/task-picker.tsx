import { Group, MultiSelect, Select } from '@mantine/core';
import { useState } from 'react';
import type { BinaryTask } from '#shared/models/curves';
import { oneVersusRest } from '#shared/statistics/binary-task';

export interface TaskPickerProps {
  readonly classes: readonly string[];
  readonly task: BinaryTask;
  readonly onChange: (task: BinaryTask) => void;
}

const GROUPS = 'groups';

/** Chooses what is told apart: a class and the rest, or two groups of classes. */
export function TaskPicker({ classes, task, onChange }: TaskPickerProps) {
  const [isGroups, setIsGroups] = useState(false);
  const options = classes.map((label, index) => ({ value: `${index}`, label }));
  const free = (taken: readonly number[]) => options.filter(({ value }) => !taken.includes(Number(value)));
  const change = (group: 'positive' | 'negative') => (values: string[]) => {
    // A group keeps at least one class.
    if (values.length > 0) onChange({ ...task, [group]: values.map(Number) });
  };
  return (
    <Group gap="sm" align="flex-end">
      <Select
        label="Told apart"
        w={260}
        allowDeselect={false}
        value={isGroups ? GROUPS : `${task.positive[0] ?? 0}`}
        data={[
          ...options.map(({ value, label }) => ({ value, label: `${label} and the rest` })),
          ...(classes.length > 2 ? [{ value: GROUPS, label: 'Two groups of classes…' }] : []),
        ]}
        onChange={(value) => {
          setIsGroups(value === GROUPS);
          const chosen = oneVersusRest(classes.length)[Number(value)];
          if (chosen !== undefined) onChange(chosen);
        }}
      />
      {isGroups && (
        <>
          <MultiSelect
            label="Positive"
            w={240}
            data={free(task.negative)}
            value={task.positive.map(String)}
            onChange={change('positive')}
          />
          <MultiSelect
            label="Negative"
            w={240}
            data={free(task.positive)}
            value={task.negative.map(String)}
            onChange={change('negative')}
          />
        </>
      )}
    </Group>
  );
}
