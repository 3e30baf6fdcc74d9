import { deviceNames } from '#shared/training/device-names';
import { isLogisticRegression } from '#shared/training/stages';
import { FoldableCard } from '../../../components/foldable-card';
import type { SettingsProps } from '../parts/draft-store';
import { DeviceSetting } from './device-setting';
import { PrecisionSetting } from './precision-setting';
import { IntegerSetting } from './setting-row';

/** Device and reproducibility. */
export function MachineSection({ draft, change }: SettingsProps) {
  return (
    <FoldableCard title="Device and seed" summary={`${deviceNames[draft.device]} · seed ${draft.seed}`}>
      <DeviceSetting
        value={draft.device}
        onChange={(device) => change(device === 'webgpu' ? { device } : { device, precision: 'fp32' })}
      />
      {(draft.device === 'webgpu' || draft.precision === 'fp16') && (
        <PrecisionSetting value={draft.precision} onChange={(precision) => change({ precision })} />
      )}
      <IntegerSetting
        label="Seed"
        help="The same seed, data and settings reproduce the run."
        value={draft.seed}
        min={0}
        max={0xffffffff}
        onChange={(seed) => change({ seed })}
      />
      {!isLogisticRegression(draft) && (
        <IntegerSetting
          label="Log every"
          help="Optimizer steps between chart points."
          value={draft.logEverySteps}
          min={1}
          max={10_000}
          onChange={(logEverySteps) => change({ logEverySteps })}
        />
      )}
      <IntegerSetting
        label="Evaluation batch"
        help="Batch size for validation."
        value={draft.evaluationBatchSize}
        min={1}
        max={1024}
        onChange={(evaluationBatchSize) => change({ evaluationBatchSize })}
      />
    </FoldableCard>
  );
}
