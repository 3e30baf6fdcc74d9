import { type TrainingPrecision, trainingPrecisions } from '#shared/models/run-config';
import { useRequest } from '../../../state/requests';
import { ChoiceSetting } from './setting-row';

const names: Readonly<Record<TrainingPrecision, string>> = { fp32: '32 bit', fp16: '16 bit' };

export interface PrecisionSettingProps {
  readonly value: TrainingPrecision;
  readonly onChange: (value: TrainingPrecision) => void;
}

/**
 * Precision of matrix products in training: 16 bit if WebGPU's graphics card has half floats; otherwise explains why
 * not.
 */
export function PrecisionSetting({ value, onChange }: PrecisionSettingProps) {
  const list = useRequest('app.devices', {});
  const half = list.data?.devices.find(({ id }) => id === 'webgpu')?.halfPrecision;
  const available = half?.available === true;
  return (
    <ChoiceSetting
      label="Precision"
      help={
        half === undefined || available
          ? `16 bit uses half-precision matrix products with loss scaling. ${half?.untested ?? ''}`.trim()
          : `16 bit is not available. ${half.reason ?? ''}`.trim()
      }
      value={value}
      choices={trainingPrecisions.map((precision) => ({
        value: precision,
        label: names[precision],
        disabled: precision === 'fp16' && !available,
      }))}
      onChange={onChange}
    />
  );
}
