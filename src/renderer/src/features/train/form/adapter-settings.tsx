import { decimalText } from '../../../components/number-text';
import type { DraftConfig } from '../parts/draft-store';
import { ChoiceSetting, DecimalSetting, IntegerSetting } from './setting-row';

export interface AdapterSettingsProps {
  readonly draft: DraftConfig;
  readonly change: (changes: Partial<DraftConfig>) => void;
}

/** Settings of preset *lora*: rank, weight and targets of its adapters. */
export function AdapterSettings({ draft, change }: AdapterSettingsProps) {
  return (
    <>
      <IntegerSetting
        label="Rank"
        help="Size of the adapters and how much they can change."
        value={draft.loraRank}
        min={1}
        max={256}
        onChange={(loraRank) => change({ loraRank })}
      />
      <DecimalSetting
        label="Alpha"
        help={`Scales the adapters' output by alpha / rank = ${decimalText(draft.loraAlpha / draft.loraRank)}.`}
        value={draft.loraAlpha}
        check={(value) => (value > 0 ? null : 'Must be above 0')}
        onChange={(value) => change({ loraAlpha: value ?? 16 })}
      />
      <ChoiceSetting
        label="Adapters on"
        help="Attention projections that get adapters."
        value={draft.loraTargets}
        choices={[
          { value: 'query-value', label: 'Query, value' },
          { value: 'attention', label: 'All four' },
        ]}
        onChange={(loraTargets) => change({ loraTargets })}
      />
    </>
  );
}
