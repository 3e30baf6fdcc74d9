import { expect, it } from 'vitest';
import { architectureByName } from '../../engine/vit/architectures';
import type { VitConfig } from '../../engine/vit/config';
import { parameterCount, parameterGroups } from '../../engine/vit/parameters';
import { estimateMemoryMB, type MemoryOptions, partThatFits } from './memory';

const options: MemoryOptions = {
  config: architectureByName('vit-small-patch16-224', ['a', 'b']) as VitConfig,
  trainable: 'all',
  optimizer: 'adamw',
  microBatch: 32,
  gradientAccumulation: 1,
  part: 32,
  views: 0,
  frontier: false,
  averaged: false,
};

it('computes a batch in parts if it would not fit into nine tenths of the memory', () => {
  const of = (part: number) => estimateMemoryMB({ ...options, part });
  expect(partThatFits(options, of(32) / 0.89)).toBe(32);
  expect(partThatFits(options, of(32) / 0.91)).toBe(16);
  expect(partThatFits(options, of(4) / 0.89)).toBe(4);
  expect(partThatFits(options, of(4) / 0.91)).toBe(2);
  expect(partThatFits({ ...options, part: 4 }, of(32) / 0.89)).toBe(4);
  expect(partThatFits(options, 1)).toBe(1);
});

it('counts a second set of gradients for a batch computed in parts, as with accumulation', () => {
  const twoParts = estimateMemoryMB({ ...options, microBatch: 8, part: 4 });
  expect(twoParts).toBe(estimateMemoryMB({ ...options, microBatch: 8, part: 4, gradientAccumulation: 2 }));
  const gradients = (4 * parameterCount(parameterGroups(options.config))) / 2 ** 20;
  const batches = (5 * 4 * 3 * 224 ** 2 * 4) / 2 ** 20;
  const whole = estimateMemoryMB({ ...options, microBatch: 4, part: 4 });
  expect(twoParts - whole).toBeCloseTo(gradients + batches, 3);
});
