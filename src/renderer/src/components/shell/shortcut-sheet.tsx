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
    [['?'], 'Keyboard shortcuts'],
    [['Esc'], 'Close a dialog or clear the selection'],
  ],
};

const images: ShortcutGroup = {
  title: 'Images',
  entries: [
    [['Arrow keys'], 'Move through the grid'],
    [['Shift', 'Arrow keys'], 'Extend the selection'],
    [['Space'], 'Select or unselect'],
    [['Enter'], 'Open in large view'],
    [['Ctrl', 'A'], 'Select all filtered images'],
    [['1 – 9'], 'Label the selection with class 1 – 9'],
    [['0'], 'Remove the label'],
    [['Ctrl', 'Z'], 'Undo the last label, move or removal'],
    [['Delete'], 'Remove from the project (files are kept)'],
  ],
};

const duplicates: ShortcutGroup = {
  title: 'Duplicates',
  entries: [
    [['↑', '↓'], 'Previous or next group'],
    [['←', '→'], 'Select the left or right image; → again for the next one'],
    [['K'], 'Keep all, together in one split'],
    [['D'], 'Not duplicates'],
    [['1 – 9'], 'Label the selected image'],
    [['Delete'], 'Remove the selected image'],
  ],
};

const review: ShortcutGroup = {
  title: 'Review',
  entries: [
    [['↑', '↓'], 'Previous or next (also ← →)'],
    [['A'], 'Accept as is'],
    [['K'], 'Possible duplicate: same image'],
    [['N'], 'Possible duplicate: different images'],
    [['S'], 'Apply the suggested label'],
    [['1 – 9'], 'Apply another label'],
    [['D'], 'Defer to the end of the queue'],
    [['X or Delete'], 'Exclude from the project (files are kept)'],
    [['O'], 'Reopen an accepted or deferred image'],
    [['T'], 'Next duplicate'],
    [['Ctrl', 'Z'], 'Undo and return to the image'],
  ],
};

const inspector: ShortcutGroup = {
  title: 'Inspector',
  entries: [
    [['Drag'], 'Pan the image'],
    [['Right drag'], 'Window (sideways) and level (up, down)'],
    [['W'], 'Switch left drag between window/level and pan'],
    [['[', ']'], 'Previous, next window preset'],
    [['Wheel'], 'Zoom at the pointer; in multi-frame images, change the frame (Ctrl + wheel zooms)'],
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
