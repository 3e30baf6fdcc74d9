import { Button, Group, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Dices, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { Pipeline } from '#shared/models/pipeline';
import type { Augmentation } from '#shared/models/run-config';
import { resourceUrl } from '../../../bridge/bridge';
import classes from './augmentation-preview.module.css';
import { useSampleImage } from './use-sample-image';

const VIEWS = 7;

export interface AugmentationPreviewProps {
  readonly project: string;
  readonly augmentation: Augmentation;
  /** How the run prepares images; null while unknown. */
  readonly pipeline: Pipeline | null;
}

/** A training image of the project as the model sees it, and augmented views of it. */
export function AugmentationPreview({ project, augmentation, pipeline }: AugmentationPreviewProps) {
  const [settled] = useDebouncedValue(augmentation, 400);
  const [seed, setSeed] = useState(1);
  const { image, next } = useSampleImage(project);
  if (image === null) return null;
  const of = (view: number, settings: Augmentation) =>
    resourceUrl(
      resourcePaths.augmented(
        project,
        image,
        view,
        JSON.stringify(settings),
        pipeline === null ? undefined : JSON.stringify(pipeline),
      ),
    );
  return (
    <section aria-label="Augmentation preview">
      <Group justify="space-between" mt="sm" mb={6}>
        <Text size="xs" c="dimmed">
          One of your images and seven augmented views of it
        </Text>
        <Group gap={6}>
          <Button variant="default" size="compact-xs" leftSection={<RefreshCw size={12} />} onClick={next}>
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
          <img src={of(0, { ...settled, enabled: false })} alt="Original" />
          <figcaption>Original</figcaption>
        </figure>
        {Array.from({ length: VIEWS }, (_, index) => seed + index).map((view) => (
          <figure key={view} className={classes['view']}>
            <img src={of(view, settled)} alt={`Augmented view ${view}`} />
          </figure>
        ))}
      </div>
    </section>
  );
}
