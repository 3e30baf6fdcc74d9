import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '../models/run-config';
import { guideLearningRates } from '../training/learning-rate-list';
import { compareSettings } from './compare-settings';
import { flatSettings, parseSettingValue, settingLabel, settingText, sweepableSettings, withSetting } from './settings';

const config = runConfigSchema.parse({ backbone: 'vit-micro' });

describe('withSetting', () => {
  it('changes one setting, in a group too, and nothing else', () => {
    const changed = withSetting(config, 'augmentation.rotationDegrees', 25);
    expect(changed).toEqual({ ...config, augmentation: { ...config.augmentation, rotationDegrees: 25 } });
    expect(config.augmentation.rotationDegrees).toBe(10);
    expect(withSetting(config, 'learningRate', 1e-4)?.learningRate).toBe(1e-4);
    expect(withSetting(config, 'learningRate', null)?.learningRate).toBeNull();
  });

  it.each([
    ['no such setting', 'learningrate', 1],
    ['a group', 'augmentation', 1],
    ['a list', 'augmentation.cropScale', 1],
    ['the wrong kind', 'epochs', 'many'],
    ['out of range', 'epochs', 0],
    ['the way to a prototype', '__proto__', 1],
  ])('rejects %s', (_what, key, value) => {
    expect(withSetting(config, key, value)).toBeNull();
  });

  it('accepts every setting with a single value', () => {
    const keys = sweepableSettings(config);
    expect(keys).toEqual(expect.arrayContaining(['backbone', 'seed', 'learningRate', 'augmentation.enabled']));
    for (const key of keys) {
      const value = flatSettings(config).get(key) ?? null;
      expect(withSetting(config, key, value), key).toEqual(config);
    }
  });
});

it('parses values as typed and formats them for reading', () => {
  expect(['1e-5', ' 0.5', 'true', 'null', 'cosine', '[1]'].map(parseSettingValue)).toEqual([
    1e-5,
    0.5,
    true,
    null,
    'cosine',
    '[1]',
  ]);
  expect(guideLearningRates.map(settingText)).toEqual(['1e-5', '2e-5', '5e-5', '1e-4']);
  expect([0.001, 0, 40, 1e7, null, false].map(settingText)).toEqual(['0.001', '0', '40', '1e7', 'automatic', 'false']);
});

it('lists the settings that differ, with null if a run has none', () => {
  const { momentum: _momentum, ...older } = { ...config, epochs: 3 };
  const rows = compareSettings([{ config }, { config: older as typeof config }]);
  expect(rows.filter(({ differs }) => differs)).toEqual([
    { key: 'epochs', values: [40, 3], differs: true },
    { key: 'momentum', values: [0.9, null], differs: true },
  ]);
  expect(rows.find(({ key }) => key === 'augmentation.cropScale')).toEqual({
    key: 'augmentation.cropScale',
    values: ['[0.8,1]', '[0.8,1]'],
    differs: false,
  });
});

it('names settings in words', () => {
  expect(['learningRate', 'augmentation.rotationDegrees', 'seed'].map(settingLabel)).toEqual([
    'Learning rate',
    'Augmentation: rotation degrees',
    'Seed',
  ]);
});
