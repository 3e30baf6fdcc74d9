import { settingText, withSetting } from '#shared/experiments/settings';
import { FoveaError } from '#shared/ipc/errors';
import type { Membership, SettingValue } from '#shared/models/membership';
import { runConfigSchema } from '#shared/models/run-config';
import type { RunConfigGiven } from '../runs/run-preview';
import { MAX_COMPARED } from './comparisons';
import { newExperimentId } from './experiment-files';
import type { MembersPlan } from './start-members';

export interface SweepRequest {
  readonly config: RunConfigGiven;
  /** Key of the configuration; nested keys are separated by dots. */
  readonly key: string;
  readonly values: readonly SettingValue[];
  readonly name?: string | undefined;
}

/** Plans a run for each value of one setting, all others equal. Throws `sweep_values`, `sweep_setting`. */
export function sweepMembers({
  config: given,
  key,
  values,
}: SweepRequest): MembersPlan<Extract<Membership, { kind: 'sweep' }>> {
  const config = runConfigSchema.parse(given);
  const distinct = [...new Set(values)];
  if (distinct.length < 2 || distinct.length > MAX_COMPARED) {
    throw new FoveaError('sweep_values', `A sweep takes 2 to ${MAX_COMPARED} different values.`, {
      hint: 'For the learning rate, 1e-5, 2e-5, 5e-5 and 1e-4 are common.',
    });
  }
  const configs = new Map(
    distinct.map((value) => {
      const changed = withSetting(config, key, value);
      if (changed === null) {
        throw new FoveaError('sweep_setting', `The setting “${key}” cannot be ${settingText(value)}.`, {
          hint: 'Use the setting names of a run’s config.json, such as learningRate or augmentation.rotationDegrees.',
        });
      }
      return [value, changed] as const;
    }),
  );
  const experiment = newExperimentId(new Date(), 'sweep');
  return {
    memberships: distinct.map((value) => ({ kind: 'sweep', experiment, key, value })),
    runOf: ({ value }, title) => ({ config: configs.get(value) ?? config, name: `${title}: ${settingText(value)}` }),
    experimentOf: (common, runs) => ({
      ...common,
      kind: 'sweep',
      key,
      members: distinct.map((value, index) => ({ run: runs[index] ?? '', value })),
    }),
  };
}
