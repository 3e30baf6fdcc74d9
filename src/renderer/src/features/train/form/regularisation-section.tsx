import { isLogisticRegression } from '#shared/training/stages';
import { FoldableCard } from '../../../components/foldable-card';
import { decimalText } from '../../../components/number-text';
import type { DraftConfig, SettingsProps } from '../parts/draft-store';
import { DecimalSetting } from './setting-row';

const belowOne = (value: number) => (value >= 0 && value <= 0.99 ? null : 'From 0 to 0.99');

/** Lists the enabled settings. */
function summaryOf(draft: DraftConfig): string {
  const { labelSmoothing, mixup, dropout, attentionDropout, dropPath, patchDropout } = draft;
  const settings: readonly (readonly [string, number | null])[] = [
    ['label smoothing', labelSmoothing],
    ['mixup', mixup],
    ['dropout', dropout],
    ['attention dropout', attentionDropout],
    ['drop path', dropPath],
    ['patch dropout', patchDropout],
  ];
  const on = settings.flatMap(([name, value]) =>
    value === null || value === 0 ? [] : [`${name} ${decimalText(value)}`],
  );
  return on.length === 0 ? 'Off: label smoothing, mixup, dropout' : on.join(' · ');
}

/** Settings against overfitting. */
export function RegularisationSection({ draft, change }: SettingsProps) {
  const isQuick = draft.preset === 'quick';
  return (
    <FoldableCard title="Regularisation" summary={summaryOf(draft)}>
      <DecimalSetting
        label="Label smoothing"
        help="Share of probability moved from the true label to the others."
        value={draft.labelSmoothing}
        check={belowOne}
        onChange={(value) => change({ labelSmoothing: value ?? 0 })}
      />
      {!isLogisticRegression(draft) && (
        <DecimalSetting
          label="Mixup"
          help="Blends pairs of images, or of features in head training; 0.2 is common, 0 = off."
          value={draft.mixup}
          check={(value) => (value >= 0 && value <= 100 ? null : 'From 0 to 100')}
          onChange={(value) => change({ mixup: value ?? 0 })}
        />
      )}
      {!isQuick && (
        <>
          <DecimalSetting
            label="Dropout"
            help="Share of hidden units set to 0, except in head training. Empty: the backbone's value, usually 0."
            value={draft.dropout}
            placeholder="From backbone"
            check={belowOne}
            onChange={(dropout) => change({ dropout })}
          />
          <DecimalSetting
            label="Attention dropout"
            help="Share of attention weights set to 0."
            value={draft.attentionDropout}
            placeholder="From backbone"
            check={belowOne}
            onChange={(attentionDropout) => change({ attentionDropout })}
          />
          <DecimalSetting
            label="Drop path"
            help="Probability of skipping a layer, per image."
            value={draft.dropPath}
            placeholder="From backbone"
            check={belowOne}
            onChange={(dropPath) => change({ dropPath })}
          />
          <DecimalSetting
            label="Patch dropout"
            help="Share of each image's patches left out of a training step, except in head training. At 0.5, steps take about half the time; predictions use all patches. 0 = off."
            value={draft.patchDropout}
            check={(value) => (value >= 0 && value <= 0.9 ? null : 'From 0 to 0.9')}
            onChange={(value) => change({ patchDropout: value ?? 0 })}
          />
        </>
      )}
    </FoldableCard>
  );
}
