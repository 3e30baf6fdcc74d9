import { expect, it } from 'vitest';
import { runConfigSchema } from '../models/run-config';
import { continuedConfig } from './continue';
import { stagesOf } from './stages';

const config = (settings: object) => runConfigSchema.parse({ backbone: 'b', learningRate: 1e-4, ...settings });

it('keeps the settings of a run with one stage', () => {
  for (const preset of ['quick', 'lora', 'full'] as const) {
    const given = config({ preset, epochs: 40, seed: 7 });
    expect(continuedConfig(given, 10)).toEqual({ ...given, epochs: 10 });
  }
});

it('goes on as the last of several stages, at its learning rate', () => {
  for (const preset of ['careful', 'gradual'] as const) {
    const given = config({ preset });
    const last = stagesOf(given).at(-1);
    const continued = continuedConfig(given, 3);
    expect(continued && stagesOf(continued)).toEqual([{ ...last, epochs: 3 }]);
  }
  expect(continuedConfig(config({ preset: 'gradual' }), 3)?.learningRate).toBeCloseTo(1e-5, 12);
});

it('has nothing to do after a logistic regression alone, but goes on after one that was a first stage', () => {
  expect(continuedConfig(config({ preset: 'quick', headSolver: 'logistic' }), 10)).toBeNull();
  expect(continuedConfig(config({ preset: 'auto' }), 10)).toBeNull();
  expect(continuedConfig(config({ preset: 'careful', headSolver: 'logistic' }), 10)?.preset).toBe('full');
});
