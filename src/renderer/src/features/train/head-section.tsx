import { SectionCard } from '../../components/section-card';
import type { DraftConfig } from './draft-store';
import { IntegerSetting } from './setting-row';

export interface HeadSectionProps {
  readonly draft: DraftConfig;
  readonly change: (part: Partial<DraftConfig>) => void;
}

/** How a head trains alone, on features that the frozen backbone computes once. Absent where no stage does that. */
export function HeadSection({ draft, change }: HeadSectionProps) {
  if (draft.preset === 'full') return null;
  return (
    <SectionCard title="Head alone" description="On features that the frozen backbone computes once and keeps.">
      <IntegerSetting
        label="Augmented views"
        help={
          draft.augmentation.enabled
            ? 'Of each image, computed once each; epochs take turns. 0 = the image as it is.'
            : 'Needs augmentation, which is off.'
        }
        value={draft.featureViews}
        min={0}
        max={1000}
        disabled={!draft.augmentation.enabled}
        onChange={(featureViews) => change({ featureViews })}
      />
    </SectionCard>
  );
}
