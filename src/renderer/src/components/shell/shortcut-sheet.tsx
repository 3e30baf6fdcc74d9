import { Group, Kbd, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useSession } from '../../state/session';
import { Dialog } from '../dialog';

interface ShortcutGroup {
  readonly title: string;
  readonly entries: readonly (readonly [keys: readonly string[], does: string])[];
}

const everywhere: ShortcutGroup = {
  title: 'Everywhere',
  entries: [
    [['Ctrl or Alt', '1 – 5'], 'Projects, Data, Train, Evaluate, Predict'],
    [['?'], 'This list'],
    [['Esc'], 'Close a dialog, clear a selection'],
  ],
};

const images: ShortcutGroup = {
  title: 'Images',
  entries: [
    [['Arrow keys'], 'Move through the grid'],
    [['Shift', 'Arrow keys'], 'Extend the selection'],
    [['Space'], 'Select or unselect'],
    [['Enter'], 'Look at it large'],
    [['Ctrl', 'A'], 'Select all that the filter shows'],
    [['1 – 9'], 'Label the selection with class 1 – 9'],
    [['0'], 'Take the label away'],
    [['Ctrl', 'Z'], 'Undo the last label, move or removal'],
    [['Delete'], 'Remove from the project (files stay)'],
  ],
};

const duplicates: ShortcutGroup = {
  title: 'Duplicates',
  entries: [
    [['↑', '↓'], 'Previous or next group'],
    [['←', '→'], 'Choose one of the two images; → again: the next one'],
    [['K'], 'Keep all: seen, and they stay together'],
    [['D'], 'They are no duplicates'],
    [['1 – 9'], 'Label the chosen image'],
    [['Delete'], 'Remove the chosen image'],
  ],
};

const review: ShortcutGroup = {
  title: 'Review',
  entries: [
    [['↑', '↓'], 'Previous or next (also ← →)'],
    [['A'], 'Right as it is'],
    [['K'], 'Possible duplicate: the same picture'],
    [['N'], 'Possible duplicate: not the same'],
    [['S'], 'Take the suggested label'],
    [['1 – 9'], 'Give another label'],
    [['D'], 'Later: it comes back at the end'],
    [['X or Delete'], 'Exclude from the project (files stay)'],
    [['O'], 'Reopen what was settled or put off'],
    [['T'], 'Next twin'],
    [['Ctrl', 'Z'], 'Undo, and look at it again'],
  ],
};

const inspector: ShortcutGroup = {
  title: 'Inspector',
  entries: [
    [['Drag'], 'Pan the image'],
    [['Right drag'], 'Window (sideways) and level (up, down)'],
    [['W'], 'Left drag does window/level; again: pan'],
    [['[', ']'], 'Previous, next window preset'],
    [['Wheel'], 'Zoom at the pointer; with several frames: previous, next frame (Ctrl zooms)'],
    [[',', '.'], 'Previous, next frame'],
    [['+', '–'], 'Zoom in, out'],
    [['I'], 'Invert'],
    [['R'], 'Reset view and window'],
    [['F'], 'Large view'],
  ],
};

/** All keyboard shortcuts, opened with `?`. */
export function ShortcutSheet() {
  const opened = useSession((state) => state.shortcutsOpen);
  const setOpen = useSession((state) => state.setShortcutsOpen);
  return (
    <Dialog opened={opened} onClose={() => setOpen(false)} title="Keyboard shortcuts" size="lg">
      <SimpleGrid cols={2} spacing="xl">
        <Stack gap="lg">
          <ShortcutList group={everywhere} />
          <ShortcutList group={inspector} />
          <ShortcutList group={review} />
        </Stack>
        <Stack gap="lg">
          <ShortcutList group={images} />
          <ShortcutList group={duplicates} />
        </Stack>
      </SimpleGrid>
    </Dialog>
  );
}

function ShortcutList({ group }: { readonly group: ShortcutGroup }) {
  return (
    <Stack gap={6}>
      <Title order={3}>{group.title}</Title>
      {group.entries.map(([keys, does]) => (
        <Group key={does} justify="space-between" wrap="nowrap" gap="sm">
          <Text size="xs">{does}</Text>
          <Group gap={4} wrap="nowrap" style={{ flex: 'none' }}>
            {keys.map((key) => (
              <Kbd key={key} size="xs">
                {key}
              </Kbd>
            ))}
          </Group>
        </Group>
      ))}
    </Stack>
  );
}
