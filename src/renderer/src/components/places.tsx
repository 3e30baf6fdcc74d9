import { Button, Group } from '@mantine/core';
import { type Destination, destinationTitles } from '#shared/models/destination';
import { openDestination } from '../state/destinations';

/** Buttons that open what a notice speaks of. */
export function Places({ places }: { readonly places: readonly Destination[] }) {
  if (places.length === 0) return null;
  return (
    <Group gap={6} mt={6}>
      {places.map((place) => (
        <Button key={place} size="compact-xs" variant="default" onClick={() => openDestination(place)}>
          {destinationTitles[place]}
        </Button>
      ))}
    </Group>
  );
}
