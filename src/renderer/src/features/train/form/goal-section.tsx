import { metricTitle } from '#shared/experiments/metrics';
import { bestMetrics } from '#shared/models/run-config';
import { fitsAtOnce } from '#shared/training/stages';
import { SectionCard } from '../../../components/section-card';
import type { SettingsProps } from '../parts/draft-store';
import { ChoiceSetting, DecimalSetting, IntegerSetting, SwitchSetting } from './setting-row';

/** Which model is kept, and what counts as good. */
export function GoalSection({ draft, change }: SettingsProps) {
  const inEpochs = !fitsAtOnce(draft);
  const stopsEarly = inEpochs && draft.earlyStoppingPatience !== null;
  return (
    <SectionCard title="Goal and loss">
      <ChoiceSetting
        label="Best model by"
        help="The validation metric that picks the epoch to keep."
        value={draft.bestMetric}
        choices={bestMetrics.map((value) => ({ value, label: metricTitle(value) }))}
        onChange={(bestMetric) => change({ bestMetric })}
      />
      {inEpochs && (
        <SwitchSetting
          label="Early stopping"
          help="Ends the run when that metric no longer gets better."
          value={draft.earlyStoppingPatience !== null}
          onChange={(on) => change({ earlyStoppingPatience: on ? 5 : null })}
        />
      )}
      {inEpochs && draft.earlyStoppingPatience !== null && (
        <IntegerSetting
          label="Patience"
          help="Epochs without a better value before the end."
          value={draft.earlyStoppingPatience}
          min={1}
          max={10_000}
          onChange={(earlyStoppingPatience) => change({ earlyStoppingPatience })}
        />
      )}
      {stopsEarly && (
        <DecimalSetting
          label="Smallest gain"
          help="What the metric must gain to count as better."
          value={draft.earlyStoppingDelta}
          check={(value) => (value >= 0 ? null : 'Must not be below 0')}
          onChange={(value) => change({ earlyStoppingDelta: value ?? 0 })}
        />
      )}
      <ChoiceSetting
        label="Class balance"
        help="Rare classes count more in the loss, or are drawn more often."
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
        help="Augmented views averaged into each answer of Evaluate and Predict; 0 = off."
        value={draft.testTimeViews}
        min={0}
        max={64}
        onChange={(testTimeViews) => change({ testTimeViews })}
      />
    </SectionCard>
  );
}
