import { fitsAtOnce } from '#shared/training/stages';
import { SectionCard } from '../../components/section-card';
import type { DraftConfig } from './draft-store';
import { DecimalSetting } from './setting-row';

const belowOne = (value: number) => (value >= 0 && value <= 0.99 ? null : 'From 0 to 0.99');

export interface RegularisationSectionProps {
  readonly draft: DraftConfig;
  readonly change: (part: Partial<DraftConfig>) => void;
}

/** What keeps a model from learning its few images by heart. */
export function RegularisationSection({ draft, change }: RegularisationSectionProps) {
  const isQuick = draft.preset === 'quick';
  return (
    <SectionCard
      title="Against overfitting"
      description={
        isQuick
          ? 'Dropout does not apply here: features are computed once.'
          : 'Dropout applies to layers in training, not where the head trains alone.'
      }
    >
      <DecimalSetting
        label="Label smoothing"
        help="Share of certainty taken from the true label."
        value={draft.labelSmoothing}
        check={belowOne}
        onChange={(value) => change({ labelSmoothing: value ?? 0 })}
      />
      {!fitsAtOnce(draft) && (
        <DecimalSetting
          label="Mixup"
          help="Blends pairs of images, or of a head's features; 0.2 is usual, 0 = off."
          value={draft.mixup}
          check={(value) => (value >= 0 && value <= 100 ? null : 'From 0 to 100')}
          onChange={(value) => change({ mixup: value ?? 0 })}
        />
      )}
      {!isQuick && (
        <>
          <DecimalSetting
            label="Dropout"
            help="Share of hidden units set to 0. Empty: the backbone's, mostly 0."
            value={draft.dropout}
            placeholder="As the backbone"
            check={belowOne}
            onChange={(dropout) => change({ dropout })}
          />
          <DecimalSetting
            label="Attention dropout"
            help="The same for where a patch looks."
            value={draft.attentionDropout}
            placeholder="As the backbone"
            check={belowOne}
            onChange={(attentionDropout) => change({ attentionDropout })}
          />
          <DecimalSetting
            label="Drop path"
            help="The same for whole layers: an image skips them."
            value={draft.dropPath}
            placeholder="As the backbone"
            check={belowOne}
            onChange={(dropPath) => change({ dropPath })}
          />
        </>
      )}
    </SectionCard>
  );
}
