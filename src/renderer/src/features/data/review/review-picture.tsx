import { Center, Kbd, Loader, Text } from '@mantine/core';
import { useState } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { ImageDetail } from '#shared/models/dataset';
import { resourceUrl } from '../../../bridge/bridge';
import { ClassChip } from '../../../components/class-chip';
import { ErrorAlert } from '../../../components/error-alert';
import { useRequest } from '../../../state/requests';
import { splitTitles } from '../../../theme/class-colours';
import { usePlainKeys } from '../parts/use-plain-keys';
import { ImageViewer } from '../viewer/image-viewer';
import { type DisplaySettings, defaultDisplay } from '../viewer/use-viewer';
import classes from './review-view.module.css';

export interface ReviewPictureProps {
  readonly project: string;
  readonly image: number;
  /** Images to show beside it. */
  readonly beside: readonly number[];
  readonly classIndex: ReadonlyMap<string, number>;
  readonly large: boolean;
  readonly onLarge: (large: boolean) => void;
}

/** The image under review, with one of its duplicates beside it. */
export function ReviewPicture({ project, image, beside, classIndex, large, onLarge }: ReviewPictureProps) {
  const [chosen, setChosen] = useState(0);
  const duplicate = beside[chosen];
  usePlainKeys({ t: () => beside.length > 1 && setChosen((before) => (before + 1) % beside.length) });
  return (
    <div className={classes['centre']}>
      <div className={classes['pictures']} data-pair={duplicate !== undefined || undefined}>
        <Picture
          key={image}
          project={project}
          image={image}
          title="In review"
          classIndex={classIndex}
          keyboard
          large={large}
          onLarge={onLarge}
        />
        {duplicate !== undefined && (
          <Picture
            key={`beside ${duplicate}`}
            project={project}
            image={duplicate}
            title={beside.length === 1 ? 'Duplicate' : `Duplicate ${chosen + 1} of ${beside.length}`}
            classIndex={classIndex}
            keyboard={false}
            large={large}
            onLarge={onLarge}
          />
        )}
      </div>
      {beside.length > 1 && (
        <fieldset className={classes['strip']} aria-label="Duplicates">
          {beside.map((id, index) => (
            <button key={id} type="button" aria-pressed={index === chosen} onClick={() => setChosen(index)}>
              <img src={resourceUrl(resourcePaths.thumbnail(project, id))} alt={`Duplicate ${index + 1}`} />
            </button>
          ))}
          <Text size="xs" c="dimmed">
            <Kbd size="xs">T</Kbd> next duplicate
          </Text>
        </fieldset>
      )}
    </div>
  );
}

interface PictureProps extends Omit<ReviewPictureProps, 'beside'> {
  readonly title: string;
  readonly keyboard: boolean;
}

function Picture({ project, image, title, classIndex, keyboard, large, onLarge }: PictureProps) {
  const detail = useRequest('dataset.image', { project, image });
  const [display, setDisplay] = useState<DisplaySettings>(defaultDisplay);
  return (
    <section className={classes['picture']} aria-label={title}>
      {detail.isError && <ErrorAlert error={detail.error} onRetry={() => detail.refetch()} />}
      {detail.isPending && (
        <Center h="100%">
          <Loader size="sm" aria-label="Loading the image" />
        </Center>
      )}
      {detail.data !== undefined && (
        <>
          <Caption title={title} image={detail.data} classIndex={classIndex} />
          <div className={classes['viewer']}>
            <ImageViewer
              project={project}
              image={detail.data}
              display={display}
              onDisplay={setDisplay}
              large={large}
              onLarge={onLarge}
              fill
              keyboard={keyboard}
            />
          </div>
        </>
      )}
    </section>
  );
}

function Caption({
  title,
  image,
  classIndex,
}: {
  readonly title: string;
  readonly image: ImageDetail;
  readonly classIndex: ReadonlyMap<string, number>;
}) {
  const facts = [
    image.split === null ? 'no split' : splitTitles[image.split],
    ...(image.patient === null ? [] : [`patient ${image.patient}`]),
    `${image.width} × ${image.height}`,
  ];
  return (
    <div className={classes['caption']}>
      <Text size="xs" c="dimmed" style={{ flex: 'none' }}>
        {title}
      </Text>
      <ClassChip
        label={image.label ?? 'Unlabelled'}
        index={image.label === null ? -1 : (classIndex.get(image.label) ?? -1)}
        size="xs"
      />
      <Text size="xs" fw={550} truncate title={image.path} flex="1 1 0" miw={0}>
        {image.path.split('/').at(-1)}
      </Text>
      <Text size="xs" c="dimmed" truncate title={facts.join(' · ')} className={classes['facts'] ?? ''}>
        {facts.join(' · ')}
      </Text>
    </div>
  );
}
