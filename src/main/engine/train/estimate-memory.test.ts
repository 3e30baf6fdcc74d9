import { expect, it } from 'vitest';
import { architectureByName } from '../vit/architectures';
import type { VitConfig } from '../vit/config';
import { parameterCount } from '../vit/parameters';
import { estimateTrainingMemoryMB, type MemoryOptions } from './estimate-memory';
import { vitModel } from './model';

const config = architectureByName('vit-micro', ['a', 'b']) as VitConfig;
const options: MemoryOptions = {
  config,
  microBatch: 4,
  trainable: 'all',
  optimizer: 'adamw',
  accumulation: 1,
  averaged: false,
};

it.each(['all', 'last-block'] as const)('counts moments and averages of trainable parameters: %s', (trainable) => {
  const estimate = (other: Partial<MemoryOptions>) => estimateTrainingMemoryMB({ ...options, trainable, ...other });
  const set = (4 * parameterCount(vitModel(config, trainable).trainable)) / 2 ** 20;
  expect(estimate({ averaged: true }) - estimate({})).toBeCloseTo(set, 6);
  expect(estimate({}) - estimate({ optimizer: 'sgd' })).toBeCloseTo(set, 6);
});
