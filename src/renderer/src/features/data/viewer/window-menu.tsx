import { ActionIcon, Menu, Text } from '@mantine/core';
import { Check, SunMedium } from 'lucide-react';
import { formatNumber } from '#shared/text/number';
import type { GreyWindow } from './viewer-math';
import { presetOf, type WindowPreset } from './window-presets';

export interface WindowMenuProps {
  readonly presets: readonly WindowPreset[];
  readonly shown: GreyWindow | null;
  readonly onWindow: (window: GreyWindow | null) => void;
}

/** Menu of grey windows. */
export function WindowMenu({ presets, shown, onWindow }: WindowMenuProps) {
  const active = presetOf(presets, shown);
  return (
    <Menu position="top" withinPortal>
      <Menu.Target>
        <ActionIcon
          aria-label="Window presets"
          title="Window presets ([ and ])"
          variant="subtle"
          color="gray"
          disabled={presets.length === 0}
        >
          <SunMedium size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {presets.map(({ name, window }, index) => (
          <Menu.Item
            key={JSON.stringify([name, window])}
            leftSection={<Check size={13} style={{ visibility: index === active ? 'visible' : 'hidden' }} />}
            rightSection={
              window !== null && (
                <Text size="xs" c="dimmed" className="tabular" ml="md">
                  W {formatNumber(window.width)} · L {formatNumber(window.center)}
                </Text>
              )
            }
            onClick={() => onWindow(window)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
