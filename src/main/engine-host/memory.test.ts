import { expect, it } from 'vitest';
import { architectureByName } from '../engine/vit/architectures';
import type { VitConfig } from '../engine/vit/config';
import { estimateMemoryMB, type MemoryOptions, partThatFits } from './memory';

const options: MemoryOptions = {
  config: architectureByName('vit-small-patch16-224', ['a', 'b']) as VitConfig,
  trainable: 'all',
  optimizer: 'adamw',
  microBatch: 32,
  gradientAccumulation: 1,
  views: 0,
  averaged: false,
};

it('computes a batch in parts where it would not fit into nine tenths of the memory', () => {
  const whole = estimateMemoryMB(options);
  expect(partThatFits(options, whole / 0.89)).toBe(32);
  expect(partThatFits(options, whole / 0.91)).toBe(16);
  const ofFour = estimateMemoryMB({ ...options, microBatch: 4, gradientAccumulation: 2 });
  expect(partThatFits(options, ofFour / 0.89)).toBe(4);
  // Two parts keep a second set of gradients, as accumulation does.
  const four = estimateMemoryMB({ ...options, microBatch: 4 });
  expect(ofFour).toBeGreaterThan(four);
  expect(partThatFits(options, four / 0.89)).toBe(2);
  expect(partThatFits(options, 1)).toBe(1);
});
