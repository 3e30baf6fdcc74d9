import { expect, it } from 'vitest';
import { architectureByName } from '../vit/architectures';
import type { VitConfig } from '../vit/config';
import { fastestBatch, fastestPart } from './fastest-part';

const tiny = architectureByName('vit-tiny-patch16-224', ['a', 'b']) as VitConfig;

it.each([
  [1, 1],
  [4, 4],
  [6, 6],
  [8, 4],
  [10, 5],
  [16, 4],
  [32, 4],
])('uses equal parts of at most 1200 tokens, 197 per image: %i images in parts of %i', (batch, part) => {
  expect(fastestPart(tiny, batch, 'cpu')).toBe(part);
});

it('keeps a batch whole if it divides only into single small images', () => {
  expect(fastestPart(tiny, 13, 'cpu')).toBe(13);
});

it('uses single images if one fills the caches', () => {
  expect(fastestPart({ ...tiny, imageSize: 640 }, 7, 'cpu')).toBe(1);
});

it('predicts as many images at a time as fit in the caches of a processor', () => {
  expect([1, 6, 32].map((batch) => fastestBatch(tiny, batch, 'cpu'))).toEqual([1, 6, 6]);
  expect(fastestBatch({ ...tiny, imageSize: 640 }, 7, 'cpu')).toBe(1);
  expect(fastestBatch(tiny, 32, 'webgpu')).toBe(32);
});
