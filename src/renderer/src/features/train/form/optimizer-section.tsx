import { FoldableCard } from '../../../components/foldable-card';
import { decimalText } from '../../../components/number-text';
import type { DraftConfig, SettingsProps } from '../parts/draft-store';
import { ChoiceSetting, DecimalSetting } from './setting-row';

function summaryOf({ optimizer, weightDecay, maxGradientNorm, layerDecay, emaDecay }: DraftConfig): string {
  const parts = [
    optimizer === 'sgd' ? 'SGD with momentum' : 'AdamW',
    `weight decay ${decimalText(weightDecay)}`,
    `clip ${decimalText(maxGradientNorm)}`,
  ];
  if (layerDecay !== 1) parts.push(`layer decay ${decimalText(layerDecay)}`);
  if (emaDecay !== null) parts.push(`weight averaging ${decimalText(emaDecay)}`);
  return parts.join(' · ');
}

/** Settings of the optimizer. */
export function OptimizerSection({ draft, change }: SettingsProps) {
  return (
    <FoldableCard title="Optimizer" summary={summaryOf(draft)}>
      <ChoiceSetting
        label="Optimizer"
        help="AdamW suits transformers; SGD needs larger learning rates."
        value={draft.optimizer}
        choices={[
          { value: 'adamw', label: 'AdamW' },
          { value: 'sgd', label: 'SGD with momentum' },
        ]}
        onChange={(optimizer) => change({ optimizer })}
      />
      {draft.optimizer === 'sgd' && (
        <DecimalSetting
          label="Momentum"
          help="Share of the previous step carried into the next."
          value={draft.momentum}
          check={(value) => (value >= 0 && value <= 0.9999 ? null : 'From 0 to 0.9999')}
          onChange={(value) => change({ momentum: value ?? 0.9 })}
        />
      )}
      <DecimalSetting
        label="Weight decay"
        help="Pulls weights towards 0, except biases and norms."
        value={draft.weightDecay}
        check={(value) => (value >= 0 ? null : 'Must be 0 or more')}
        onChange={(value) => change({ weightDecay: value ?? 0 })}
      />
      <DecimalSetting
        label="Gradient clip"
        help="Maximum gradient norm per step."
        value={draft.maxGradientNorm}
        check={(value) => (value > 0 ? null : 'Must be above 0')}
        onChange={(value) => change({ maxGradientNorm: value ?? 1 })}
      />
      {draft.preset !== 'quick' && (
        <DecimalSetting
          label="Layer decay"
          help="Learning rate of each layer as a share of the layer above; 1 = the same for all."
          value={draft.layerDecay}
          check={(value) => (value > 0 && value <= 1 ? null : 'Above 0, up to 1')}
          onChange={(value) => change({ layerDecay: value ?? 1 })}
        />
      )}
      <DecimalSetting
        label="Weight averaging"
        help="Decay of the moving average used as the model, e.g. 0.999."
        value={draft.emaDecay}
        placeholder="Off"
        check={(value) => (value > 0 && value < 1 ? null : 'Above 0, below 1')}
        onChange={(emaDecay) => change({ emaDecay })}
      />
    </FoldableCard>
  );
}
