import { fitsAtOnce } from '#shared/training/stages';
import { FoldableCard } from '../../../components/foldable-card';
import { decimalText } from '../../../components/number-text';
import type { DraftConfig, SettingsProps } from '../parts/draft-store';
import { DecimalSetting } from './setting-row';

const belowOne = (value: number) => (value >= 0 && value <= 0.99 ? null : 'From 0 to 0.99');

/** Only what is on. */
function summaryOf({ labelSmoothing, mixup, dropout, attentionDropout, dropPath }: DraftConfig): string {
  const settings: readonly (readonly [string, number | null])[] = [
    ['label smoothing', labelSmoothing],
    ['mixup', mixup],
    ['dropout', dropout],
    ['attention dropout', attentionDropout],
    ['drop path', dropPath],
  ];
  const on = settings.flatMap(([name, value]) =>
    value === null || value === 0 ? [] : [`${name} ${decimalText(value)}`],
  );
  return on.length === 0 ? 'Off: label smoothing, mixup, dropout' : on.join(' · ');
}

/** What keeps a model from learning its few images by heart. */
export function RegularisationSection({ draft, change }: SettingsProps) {
  const isQuick = draft.preset === 'quick';
  return (
    <FoldableCard title="Against overfitting" summary={summaryOf(draft)}>
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
            help="Share of hidden units set to 0, not where the head trains alone. Empty: the backbone's, mostly 0."
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
    </FoldableCard>
  );
}
