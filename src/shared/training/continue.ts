import type { RunConfig } from '../models/run-config';
import { isLogisticRegression, stagesOf } from './stages';

/**
 * Settings of a run that trains more epochs from the model of a run with this configuration: those of its last stage,
 * with its own schedule. Null if more epochs would change nothing, because a logistic regression is solved to its end, and
 * for a search, whose epochs are its own choice.
 */
export function continuedConfig(config: RunConfig, epochs: number): RunConfig | null {
  const last = stagesOf(config).at(-1);
  if (last === undefined || config.preset === 'auto' || isLogisticRegression(config)) return null;
  // The stages before the last have done their work.
  const preset = config.preset === 'careful' || config.preset === 'gradual' ? 'full' : config.preset;
  return { ...config, preset, epochs, learningRate: last.learningRate };
}
