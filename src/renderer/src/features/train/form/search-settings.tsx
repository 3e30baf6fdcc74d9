import type { SettingsProps } from '../parts/draft-store';
import { IntegerSetting } from './setting-row';

/** Time of a search for the best model. */
export function SearchSettings({ draft, change }: SettingsProps) {
  return (
    <IntegerSetting
      label="Minutes"
      help="Time for the whole run. It ends earlier if nothing is left to try."
      value={Math.max(1, Math.round(draft.minutes))}
      min={1}
      max={10_080}
      onChange={(minutes) => change({ minutes })}
    />
  );
}
