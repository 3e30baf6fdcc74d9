import { Text } from '@mantine/core';
import type { Pipeline } from '#shared/models/pipeline';
import { type Augmentation, augmentationSchema, type Preset } from '#shared/models/run-config';
import { SectionCard } from '../../../components/section-card';
import layout from '../parts/view.module.css';
import { AugmentationPreview } from './augmentation-preview';
import { DecimalSetting, IntegerSetting, SwitchSetting } from './setting-row';

const defaults = augmentationSchema.parse({});

const share = (value: number) => (value >= 0 && value <= 1 ? null : 'From 0 to 1');

export interface AugmentationSectionProps {
  readonly project: string;
  readonly preset: Preset;
  /** Number of augmented views per image for a head that trains alone. */
  readonly featureViews: number;
  readonly value: Augmentation;
  /** How the run prepares images; null while unknown. */
  readonly pipeline: Pipeline | null;
  readonly onChange: (augmentation: Augmentation) => void;
}

/** Random changes to training images, with examples on images of the project. */
export function AugmentationSection({
  project,
  preset,
  featureViews,
  value,
  pipeline,
  onChange,
}: AugmentationSectionProps) {
  const change = (changes: Partial<Augmentation>) => onChange({ ...value, ...changes });
  const off = !value.enabled;
  const unused = preset === 'quick' && featureViews === 0;
  return (
    <SectionCard
      title="Augmentation"
      description={
        unused
          ? 'Not used by Quick look unless “Augmented views” is above 0: it computes features once, from the original images.'
          : `Random changes to training images only${featureViews === 0 ? ', except while only the head is trained' : ''}. Validation and test images are never changed.`
      }
    >
      <SwitchSetting
        label="Augment training images"
        help="Varies each image slightly to reduce overfitting."
        value={value.enabled}
        onChange={(enabled) => change({ enabled })}
      />
      {!off && (
        <div className={layout['groups']} style={{ gap: '0 24px' }}>
          <div>
            <DecimalSetting
              label="Random crop"
              help="Smallest share of the image to keep; 1 = no crop."
              value={value.cropScale[0]}
              check={(low) => (low > 0 && low <= value.cropScale[1] ? null : `Above 0, up to ${value.cropScale[1]}`)}
              onChange={(low) => change({ cropScale: [low ?? 1, value.cropScale[1]] })}
            />
            <SwitchSetting
              label="Left-right flip"
              help="Half of the time. Turn off for chest, limbs and wherever the side matters."
              value={value.horizontalFlip > 0}
              onChange={(on) => change({ horizontalFlip: on ? defaults.horizontalFlip : 0 })}
            />
            <IntegerSetting
              label="Rotation"
              help="Up to this many degrees in either direction."
              value={value.rotationDegrees}
              min={0}
              max={180}
              suffix="°"
              onChange={(rotationDegrees) => change({ rotationDegrees })}
            />
          </div>
          <div>
            <DecimalSetting
              label="Brightness"
              help="Random factor of 1 ± this value."
              value={value.brightness}
              check={share}
              onChange={(brightness) => change({ brightness: brightness ?? 0 })}
            />
            <DecimalSetting
              label="Contrast"
              help="Random factor of 1 ± this value."
              value={value.contrast}
              check={share}
              onChange={(contrast) => change({ contrast: contrast ?? 0 })}
            />
            <DecimalSetting
              label="Saturation"
              help="Colour images only; grey images have none."
              value={value.saturation}
              check={share}
              onChange={(saturation) => change({ saturation: saturation ?? 0 })}
            />
            <DecimalSetting
              label="Hue"
              help="Shift in turns, 0 to 0.5; colour images only."
              value={value.hue}
              check={(hue) => (hue >= 0 && hue <= 0.5 ? null : 'From 0 to 0.5')}
              onChange={(hue) => change({ hue: hue ?? 0 })}
            />
          </div>
        </div>
      )}
      {!off && !unused && <AugmentationPreview project={project} augmentation={value} pipeline={pipeline} />}
      {off && (
        <Text size="xs" c="dimmed">
          The model sees every image unchanged in every epoch.
        </Text>
      )}
    </SectionCard>
  );
}
