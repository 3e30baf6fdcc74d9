import type { SettingsProps } from '../parts/draft-store';
import { DecimalSetting, IntegerSetting } from './setting-row';

/** Kept views that the preset uses if the draft names no number. */
const DEFAULT_VIEWS = 4;

/** Settings of preset *last-blocks*: which blocks are trained, and how many views of each image are kept for them. */
export function LastBlocksSettings({ draft, change }: SettingsProps) {
  return (
    <>
      <IntegerSetting
        label="Blocks"
        help="Number of blocks that are trained, the last ones of the backbone."
        value={draft.lastBlocks}
        min={1}
        max={64}
        onChange={(lastBlocks) => change({ lastBlocks })}
      />
      <IntegerSetting
        label="Kept views"
        help="Augmented views of each image that the frozen blocks compute once, for epochs to cycle through. 0 computes new views in every epoch, which takes longer."
        value={draft.frontierViews ?? DEFAULT_VIEWS}
        min={0}
        max={100}
        disabled={draft.mixup > 0}
        onChange={(frontierViews) => change({ frontierViews })}
      />
      <DecimalSetting
        label="Disk space, GB"
        help="Maximum size of the kept views in the project's cache. Beyond it, every epoch computes them again."
        value={draft.frontierGigabytes}
        check={(value) => (value >= 0 && value <= 10_000 ? null : 'Must be from 0 to 10,000')}
        onChange={(value) => change({ frontierGigabytes: value ?? 20 })}
      />
    </>
  );
}
