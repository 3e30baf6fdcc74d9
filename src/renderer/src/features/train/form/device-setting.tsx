import { type Device, devices } from '#shared/models/run-config';
import { deviceNames } from '#shared/training/device-names';
import { useRequest } from '../../../state/requests';
import { ChoiceSetting } from './setting-row';

export interface DeviceSettingProps {
  readonly value: Device;
  readonly onChange: (value: Device) => void;
}

/**
 * Chooses the device. Lists all devices that Fovea knows, with unavailable ones disabled, and remarks on the current
 * one.
 */
export function DeviceSetting({ value, onChange }: DeviceSettingProps) {
  const list = useRequest('app.devices', {});
  const known = list.data?.devices;
  const chosen = known?.find(({ id }) => id === value);
  const absent = (id: Device) => known?.find((device) => device.id === id)?.available === false;
  const remarks = [chosen?.reason, chosen?.untested].filter((remark) => remark !== null && remark !== undefined);
  return (
    <ChoiceSetting
      label="Device"
      help={
        remarks.length > 0
          ? remarks.join(' ')
          : 'Automatic uses the fastest verified device. Settings explains why a device is unavailable.'
      }
      value={value}
      choices={devices.map((id) => ({
        value: id,
        label: deviceNames[id],
        disabled: absent(id),
      }))}
      onChange={onChange}
    />
  );
}
