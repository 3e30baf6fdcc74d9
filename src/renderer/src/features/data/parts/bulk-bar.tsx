import { ActionIcon, Button, Group, Kbd, Menu, Text, TextInput } from '@mantine/core';
import { Plus, Split, Tag, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { type SplitName, splitNames } from '#shared/models/dataset';
import { formatCount } from '#shared/text/number';
import { ClassDot } from '../../../components/class-chip';
import { Dialog } from '../../../components/dialog';
import { EditControls } from '../../../components/read-only';
import { splitTitles } from '../../../theme/class-colours';
import classes from './bulk-bar.module.css';

export interface BulkBarProps {
  readonly count: number;
  readonly classNames: readonly string[];
  readonly onLabel: (label: string | null) => void;
  readonly onMove: (split: SplitName) => void;
  readonly onRemove: () => void;
  readonly onClear: () => void;
}

/** Actions for the selected images; floats over the grid during a selection. */
export function BulkBar({ count, classNames, onLabel, onMove, onRemove, onClear }: BulkBarProps) {
  return (
    <div className={classes['place']}>
      <Group className={classes['bar']} gap={6} wrap="nowrap" role="toolbar" aria-label="Selected images">
        <Text size="sm" fw={550} className="tabular" px={6} style={{ whiteSpace: 'nowrap' }}>
          {formatCount(count)} selected
        </Text>
        <LabelMenu classNames={classNames} onLabel={onLabel} />
        <EditControls>
          <Menu position="top-start">
            <Menu.Target>
              <Button variant="default" leftSection={<Split size={14} />}>
                Move to
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {splitNames.map((split) => (
                <Menu.Item key={split} onClick={() => onMove(split)}>
                  {splitTitles[split]}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </EditControls>
        <EditControls>
          <Button variant="default" leftSection={<Trash2 size={14} />} onClick={onRemove}>
            Remove
          </Button>
        </EditControls>
        <ActionIcon aria-label="Clear selection" onClick={onClear}>
          <X size={16} />
        </ActionIcon>
      </Group>
    </div>
  );
}

/** Labels images with an existing class, a new class or none. */
export function LabelMenu({
  classNames,
  onLabel,
  variant = 'filled',
}: Pick<BulkBarProps, 'classNames' | 'onLabel'> & { readonly variant?: 'filled' | 'default' }) {
  const [naming, setNaming] = useState(false);
  return (
    <>
      <EditControls>
        <Menu position="top-start" width={220}>
          <Menu.Target>
            <Button variant={variant} leftSection={<Tag size={14} />}>
              Label
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {classNames.map((label, index) => (
              <Menu.Item
                key={label}
                leftSection={<ClassDot index={index} />}
                rightSection={index < 9 ? <Kbd size="xs">{index + 1}</Kbd> : undefined}
                onClick={() => onLabel(label)}
              >
                {label}
              </Menu.Item>
            ))}
            <Menu.Item
              leftSection={<ClassDot index={-1} />}
              rightSection={<Kbd size="xs">0</Kbd>}
              onClick={() => onLabel(null)}
            >
              Remove label
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item leftSection={<Plus size={12} />} onClick={() => setNaming(true)}>
              New class…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </EditControls>
      <Dialog opened={naming} onClose={() => setNaming(false)} title="New class" size="xs">
        <NewClassForm
          onName={(name) => {
            setNaming(false);
            onLabel(name);
          }}
        />
      </Dialog>
    </>
  );
}

function NewClassForm({ onName }: { readonly onName: (name: string) => void }) {
  const [name, setName] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') onName(name.trim());
      }}
    >
      <TextInput
        label="Class name"
        value={name}
        maxLength={120}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Group justify="flex-end" mt="md">
        <Button type="submit" disabled={name.trim() === ''}>
          Label
        </Button>
      </Group>
    </form>
  );
}
