import { Badge, Button, Group, Kbd, Text, Tooltip } from '@mantine/core';
import { CopyCheck, Trash2, TriangleAlert, Unlink } from 'lucide-react';
import type { CSSProperties, SyntheticEvent } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { ImageSummary } from '#shared/models/dataset';
import type { DuplicateGroup } from '#shared/models/duplicates';
import { formatQuantity } from '#shared/text/number';
import { resourceUrl } from '../../../bridge/bridge';
import { ClassChip } from '../../../components/class-chip';
import { EditControls } from '../../../components/read-only';
import { splitTitles } from '../../../theme/class-colours';
import { LabelMenu } from '../parts/bulk-bar';
import classes from '../parts/view.module.css';
import { similarityText } from './duplicate-rows';

/** The two images of a group that are compared, as positions in the group, and the one that actions apply to. */
export interface Pair {
  readonly left: number;
  readonly right: number;
  readonly active: 'left' | 'right';
}

export interface DuplicateComparisonProps {
  readonly project: string;
  readonly group: DuplicateGroup;
  readonly images: readonly ImageSummary[];
  readonly classNames: readonly string[];
  readonly pair: Pair;
  readonly onPair: (pair: Pair) => void;
  readonly onLabel: (image: number, label: string | null) => void;
  readonly onRemove: (image: number) => void;
  readonly onKeep: () => void;
  readonly onDifferent: () => void;
}

/** Uses the image's natural aspect ratio, because pixels of the file may not be square. */
function applyNaturalRatio({ currentTarget: picture }: SyntheticEvent<HTMLImageElement>): void {
  picture.parentElement?.style.setProperty('--ratio', String(picture.naturalWidth / picture.naturalHeight));
}

/** Two images of a group side by side, with their differences and the possible actions. */
export function DuplicateComparison(props: DuplicateComparisonProps) {
  const { project, group, images, pair, onPair, onKeep, onDifferent } = props;
  const left = images[pair.left];
  const right = images[pair.right];
  if (left === undefined || right === undefined) return null;
  const raster = (image: ImageSummary) => resourceUrl(resourcePaths.raster(project, image.id));
  return (
    <section className={classes['comparison']} aria-label="Comparison">
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Text fw={600}>
            {titleOf(group)} in {formatQuantity(group.images.length, 'file')}
          </Text>
          {group.kind === 'near' && (
            <Tooltip
              label={
                group.suspected
                  ? 'Correlation of image detail after alignment'
                  : 'Lowest correlation of 64 × 64 thumbnails within the group'
              }
            >
              <Badge variant="default" className="tabular">
                {similarityText(group)}
              </Badge>
            </Tooltip>
          )}
          {group.alignment !== null && group.alignment !== '' && <Badge variant="default">{group.alignment}</Badge>}
          {group.conflict && <Warning text="Labels differ" />}
          {group.leak && <Warning text="In more than one split" />}
          {group.common && <Badge variant="default">Typical of its class</Badge>}
          {group.kept && <Badge variant="default">Kept</Badge>}
        </Group>
        <EditControls>
          <Group gap={6}>
            {!group.kept && (
              <Button leftSection={<CopyCheck size={14} />} rightSection={<Kbd size="xs">K</Kbd>} onClick={onKeep}>
                {group.suspected ? 'Same image: keep together' : 'Keep all'}
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<Unlink size={14} />}
              rightSection={<Kbd size="xs">D</Kbd>}
              onClick={onDifferent}
            >
              Not duplicates
            </Button>
          </Group>
        </EditControls>
      </Group>
      <div className={classes['pictures']}>
        <Card {...props} image={left} side="left" />
        <Card {...props} image={right} side="right" />
        <div className={classes['card']}>
          <div
            className={classes['frame']}
            role="img"
            aria-label={`Difference between ${left.path} and ${right.path}, 3× brighter`}
          >
            <div
              className={classes['difference']}
              key={`${left.id} ${right.id}`}
              style={{ '--ratio': left.width / left.height } as CSSProperties}
            >
              <img src={raster(left)} alt="" onLoad={applyNaturalRatio} />
              <img className={classes['over']} src={raster(right)} alt="" />
            </div>
          </div>
          <div className={classes['caption']}>
            <Text size="xs" fw={550}>
              Difference, 3× brighter
            </Text>
            <Text size="xs" c="dimmed">
              Black where the images are equal; scaled to the same size.
            </Text>
          </div>
        </div>
      </div>
      {images.length > 2 && (
        <fieldset className={classes['strip']} aria-label="Images of this group" style={{ border: 0, margin: 0 }}>
          {images.map((image, index) => (
            <button
              key={image.id}
              type="button"
              aria-pressed={index === pair.left || index === pair.right}
              title={image.path}
              onClick={() => index !== pair.left && onPair({ ...pair, right: index, active: 'right' })}
            >
              <img src={resourceUrl(resourcePaths.thumbnail(project, image.id))} alt={image.path} />
            </button>
          ))}
        </fieldset>
      )}
    </section>
  );
}

const titleOf = ({ kind, suspected }: DuplicateGroup): string =>
  kind === 'exact' ? 'Same image' : suspected ? 'Possible duplicate' : 'Near duplicates';

function Warning({ text }: { readonly text: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <TriangleAlert size={14} color="var(--fovea-warning-text)" aria-hidden />
      <Text size="xs" fw={550} c="var(--fovea-warning-text)">
        {text}
      </Text>
    </Group>
  );
}

function Card(props: DuplicateComparisonProps & { readonly image: ImageSummary; readonly side: 'left' | 'right' }) {
  const { project, image, side, classNames, pair, onPair, onLabel, onRemove } = props;
  const active = pair.active === side;
  return (
    <div className={classes['card']} data-active={active || undefined}>
      <button
        type="button"
        className={classes['picture']}
        aria-pressed={active}
        aria-label={`${image.path}, ${image.label ?? 'unlabelled'}`}
        onClick={() => onPair({ ...pair, active: side })}
      >
        <img src={resourceUrl(resourcePaths.raster(project, image.id))} alt="" />
      </button>
      <div className={classes['caption']}>
        <Text size="xs" fw={550} truncate title={image.path}>
          {image.path}
        </Text>
        <Group gap={8} wrap="nowrap">
          <ClassChip
            label={image.label ?? 'Unlabelled'}
            index={image.label === null ? -1 : classNames.indexOf(image.label)}
            size="xs"
          />
          <Text size="xs" c="dimmed" truncate>
            {[
              image.split === null ? 'no split' : splitTitles[image.split],
              ...(image.patient === null ? [] : [`patient ${image.patient}`]),
              `${image.width} × ${image.height}`,
            ].join(' · ')}
          </Text>
        </Group>
        <EditControls>
          <Group gap={6} mt={6}>
            <LabelMenu variant="default" classNames={classNames} onLabel={(label) => onLabel(image.id, label)} />
            <Button variant="default" leftSection={<Trash2 size={14} />} onClick={() => onRemove(image.id)}>
              Remove
            </Button>
          </Group>
        </EditControls>
      </div>
    </div>
  );
}
