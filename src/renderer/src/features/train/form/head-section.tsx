import { FoldableCard } from '../../../components/foldable-card';
import { decimalText } from '../../../components/number-text';
import type { DraftConfig, SettingsProps } from '../parts/draft-store';
import { ChoiceSetting, DecimalSetting, IntegerSetting } from './setting-row';

function summaryOf({ headSolver, headPenalty, featureViews, augmentation }: DraftConfig): string {
  const solver =
    headSolver === 'logistic'
      ? `Logistic regression, C ${headPenalty === null ? 'by cross-validation' : decimalText(headPenalty)}`
      : 'By the optimizer';
  const views = augmentation.enabled && featureViews > 0 ? `${featureViews} augmented views` : 'original images';
  return `${solver} · on features of ${views}`;
}

/**
 * Settings of a head that trains alone, on features that the frozen backbone computes once. Hidden if no stage does
 * that.
 */
export function HeadSection({ draft, change }: SettingsProps) {
  if (draft.preset === 'full') return null;
  return (
    <FoldableCard title="Head training" summary={summaryOf(draft)}>
      <IntegerSetting
        label="Augmented views"
        help={
          draft.augmentation.enabled
            ? 'Per image, each computed once. 0 = original image only.'
            : 'Requires augmentation, which is off.'
        }
        value={draft.featureViews}
        min={0}
        max={1000}
        disabled={!draft.augmentation.enabled}
        onChange={(featureViews) => change({ featureViews })}
      />
      <ChoiceSetting
        label="Solver"
        help="Logistic regression is solved directly, without epochs."
        value={draft.headSolver}
        choices={[
          { value: 'optimizer', label: 'Optimizer' },
          { value: 'logistic', label: 'Logistic' },
        ]}
        onChange={(headSolver) => change({ headSolver })}
      />
      {draft.headSolver === 'logistic' && (
        <DecimalSetting
          label="Penalty C"
          help="As in scikit-learn, on standardised features; smaller = simpler. Empty = chosen by cross-validation of the training images."
          value={draft.headPenalty}
          placeholder="by cross-validation"
          check={(value) => (value > 0 && value <= 1e6 ? null : 'Above 0, up to 1000000')}
          onChange={(headPenalty) => change({ headPenalty })}
        />
      )}
    </FoldableCard>
  );
}
