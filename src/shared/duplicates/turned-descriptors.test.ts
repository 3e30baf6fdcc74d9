import { expect, it } from 'vitest';
import type { Raster } from '../imaging/raster';
import { describePicture, type PictureDescriptor, readDescriptor } from './picture-descriptor';
import { nearDuplicateSimilarity } from './picture-similarity';
import { blobs, mirrored, turned } from './test-pictures';
import { turnedDescriptors } from './turned-descriptors';

const described = (raster: Raster) => readDescriptor(describePicture(raster)) as PictureDescriptor;

it('a rotated descriptor equals that of the rotated image, for all seven orientations', () => {
  const picture = blobs(4);
  const quarters = [turned(picture), turned(turned(picture)), turned(turned(turned(picture)))];
  const flips = [mirrored(picture), ...quarters.map(mirrored)];
  const descriptors = turnedDescriptors(described(picture));
  for (const one of [...quarters, ...flips]) {
    const alike = descriptors.filter((turn) => nearDuplicateSimilarity(described(one), turn) > 0.99);
    expect(alike).toHaveLength(1);
  }
  expect(descriptors.some((turn) => nearDuplicateSimilarity(described(picture), turn) > 0)).toBe(false);
});
