import type { ComparedValues } from '../models/comparison';
import type { SettingValue } from '../models/membership';
import type { RunRecord } from '../models/run';
import { flatSettings } from './settings';

/** Every setting of several runs. A setting that a run lacks (of another version of Fovea) is null. */
export function compareSettings(records: readonly Pick<RunRecord, 'config'>[]): ComparedValues[] {
  const settings = records.map(({ config }) => flatSettings(config));
  const keys = [...new Set(settings.flatMap((one) => [...one.keys()]))];
  return keys.map((key) =>
    compared(
      key,
      settings.map((one) => one.get(key) ?? null),
    ),
  );
}

/**
 * Everything besides its settings that determines a run. Hashes cover what the run was given: content and label,
 * splits, weights, pixels.
 */
export function compareFacts(records: readonly RunRecord[]): ComparedValues[] {
  const row = (key: string, value: (record: RunRecord) => SettingValue) => compared(key, records.map(value));
  return [
    row('classes', ({ classes }) => classes.join(', ')),
    row('dataset version', ({ datasetVersion }) => datasetVersion?.number ?? null),
    row('images and labels', ({ hashes }) => hashes.dataset),
    row('split', ({ hashes }) => hashes.split),
    row('leak signed off by', ({ signOff }) => signOff?.name ?? null),
    row('training images', ({ counts }) => counts.train),
    row('validation images', ({ counts }) => counts.validation),
    row('test images', ({ counts }) => counts.test),
    row('backbone weights', ({ hashes }) => hashes.backbone),
    row('preprocessing', ({ hashes }) => hashes.pipeline),
    row('parameters', ({ parameters }) => parameters),
    row('trained parameters', ({ trainableParameters }) => trainableParameters),
    row('Fovea', ({ version }) => version),
  ];
}

const compared = (key: string, values: SettingValue[]): ComparedValues => ({
  key,
  values,
  differs: values.some((value) => value !== values[0]),
});
