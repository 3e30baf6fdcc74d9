import { settingText, withSetting } from '#shared/experiments/settings';
import { FoveaError } from '#shared/ipc/errors';
import type { Membership, SettingValue } from '#shared/models/membership';
import { runConfigSchema } from '#shared/models/run-config';
import type { RunConfigGiven } from '../runs/run-preview';
import { MOST_COMPARED } from './comparisons';
import { newExperimentId } from './experiment-files';
import type { MembersPlan } from './start-members';

export interface SweepRequest {
  readonly config: RunConfigGiven;
  /** Of the configuration; groups with dots. */
  readonly key: string;
  readonly values: readonly SettingValue[];
  readonly name?: string | undefined;
}

/** A run for each value of one setting, all else alike. Throws `sweep_values`, `sweep_setting`. */
export function sweepMembers({
  config: given,
  key,
  values,
}: SweepRequest): MembersPlan<Extract<Membership, { kind: 'sweep' }>> {
  const config = runConfigSchema.parse(given);
  const distinct = [...new Set(values)];
  if (distinct.length < 2 || distinct.length > MOST_COMPARED) {
    throw new FoveaError('sweep_values', `A sweep takes 2 to ${MOST_COMPARED} different values.`, {
      hint: 'For the learning rate, 1e-5, 2e-5, 5e-5 and 1e-4 are usual.',
    });
  }
  const configs = new Map(
    distinct.map((value) => {
      const changed = withSetting(config, key, value);
      if (changed === null) {
        throw new FoveaError('sweep_setting', `The setting “${key}” cannot be ${settingText(value)}.`, {
          hint: 'Name a setting as a run’s config.json does, such as learningRate or augmentation.rotationDegrees.',
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
