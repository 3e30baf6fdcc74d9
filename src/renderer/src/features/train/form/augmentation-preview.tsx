import { Button, Group, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Dices, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { Augmentation } from '#shared/models/run-config';
import { resourceUrl } from '../../../bridge/bridge';
import { useRequest } from '../../../state/requests';
import classes from './augmentation-preview.module.css';

const VIEWS = 7;

/** A training image of the project, original and augmented. */
export function AugmentationPreview({ project, augmentation }: { project: string; augmentation: Augmentation }) {
  const [settled] = useDebouncedValue(augmentation, 400);
  const [place, setPlace] = useState(0);
  const [seed, setSeed] = useState(1);
  const train = useRequest('dataset.ids', { project, filter: { split: 'train' }, sort: 'label' });
  const any = useRequest(
    'dataset.ids',
    { project, filter: {}, sort: 'label' },
    { enabled: train.data?.ids.length === 0 },
  );
  const ids = train.data?.ids.length === 0 ? (any.data?.ids ?? []) : (train.data?.ids ?? []);
  const image = ids.length === 0 ? undefined : ids[place % ids.length];
  if (image === undefined) return null;
  const config = JSON.stringify(settled);
  // A stride that is not a simple fraction of the total steps through the classes.
  const stride = Math.max(1, Math.round(ids.length * 0.382));
  return (
    <section aria-label="Augmentation preview">
      <Group justify="space-between" mt="sm" mb={6}>
        <Text size="xs" c="dimmed">
          One of your images and seven augmented views of it
        </Text>
        <Group gap={6}>
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<RefreshCw size={12} />}
            onClick={() => setPlace(place + stride)}
          >
            Another image
          </Button>
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<Dices size={12} />}
            onClick={() => setSeed(seed + VIEWS)}
          >
            New views
          </Button>
        </Group>
      </Group>
      <div className={classes['views']}>
        <figure className={classes['view']}>
          <img src={resourceUrl(resourcePaths.raster(project, image))} alt="Original" />
          <figcaption>Original</figcaption>
        </figure>
        {Array.from({ length: VIEWS }, (_, index) => seed + index).map((view) => (
          <figure key={view} className={classes['view']}>
            <img
              src={resourceUrl(resourcePaths.augmented(project, image, view, config))}
              alt={`Augmented view ${view}`}
            />
          </figure>
        ))}
      </div>
    </section>
  );
}
