import { metricTitle } from '#shared/experiments/metrics';
import { bestMetrics } from '#shared/models/run-config';
import { isLogisticRegression } from '#shared/training/stages';
import { SectionCard } from '../../../components/section-card';
import type { SettingsProps } from '../parts/draft-store';
import { ChoiceSetting, DecimalSetting, IntegerSetting, SwitchSetting } from './setting-row';

/** Which epoch's model is kept, and by which metric. */
export function GoalSection({ draft, change }: SettingsProps) {
  const inEpochs = !isLogisticRegression(draft);
  const stopsEarly = inEpochs && draft.earlyStoppingPatience !== null;
  return (
    <SectionCard title="Goal and loss">
      <ChoiceSetting
        label="Best model by"
        help="Validation metric that selects the epoch to keep."
        value={draft.bestMetric}
        choices={bestMetrics.map((value) => ({ value, label: metricTitle(value) }))}
        onChange={(bestMetric) => change({ bestMetric })}
      />
      {inEpochs && (
        <SwitchSetting
          label="Early stopping"
          help="Ends the run when that metric stops improving."
          value={draft.earlyStoppingPatience !== null}
          onChange={(on) => change({ earlyStoppingPatience: on ? 5 : null })}
        />
      )}
      {inEpochs && draft.earlyStoppingPatience !== null && (
        <IntegerSetting
          label="Patience"
          help="Epochs without improvement before stopping."
          value={draft.earlyStoppingPatience}
          min={1}
          max={10_000}
          onChange={(earlyStoppingPatience) => change({ earlyStoppingPatience })}
        />
      )}
      {stopsEarly && (
        <DecimalSetting
          label="Smallest gain"
          help="Smallest gain that counts as an improvement."
          value={draft.earlyStoppingDelta}
          check={(value) => (value >= 0 ? null : 'Must be 0 or more')}
          onChange={(value) => change({ earlyStoppingDelta: value ?? 0 })}
        />
      )}
      <ChoiceSetting
        label="Class balance"
        help="Weights rare classes higher in the loss, or draws them more often."
        value={draft.classBalance}
        choices={[
          { value: 'none', label: 'None' },
          { value: 'weighted-loss', label: 'Weighted loss' },
          { value: 'weighted-sampler', label: 'Weighted sampler' },
        ]}
        onChange={(classBalance) => change({ classBalance })}
      />
      <IntegerSetting
        label="Test-time views"
        help="Augmented views averaged into each prediction in Evaluate and Predict; 0 = off."
        value={draft.testTimeViews}
        min={0}
        max={64}
        onChange={(testTimeViews) => change({ testTimeViews })}
      />
    </SectionCard>
  );
}
