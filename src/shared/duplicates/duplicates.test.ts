import { describe, expect, it } from 'vitest';
import { createRandom } from '../imaging/random';
import type { Raster } from '../imaging/raster';
import { resizeBilinear } from '../imaging/resize';
import { connectedGroups } from './connected-groups';
import { createDuplicateSearch } from './duplicate-search';
import { DESCRIPTOR_BYTES, describePicture, type PictureDescriptor, readDescriptor } from './picture-descriptor';
import { nearDuplicateSimilarity } from './picture-similarity';

/** Smooth blobs with some noise, grey. */
function blobs(seed: number, { noise = 0, gain = 1, offset = 0, noiseSeed = 0 } = {}): Raster {
  const random = createRandom(3, seed);
  const grain = createRandom(4, seed, noiseSeed);
  const [width, height] = [120, 90];
  const data = new Uint8Array(width * height);
  const spots = Array.from({ length: 25 }, () => [
    random.integer(width),
    random.integer(height),
    5 + random.integer(12),
    random.integer(140) - 70,
  ]);
  for (let index = 0; index < data.length; index++) {
    let value = 128 + (noise === 0 ? 0 : grain.integer(noise) - noise / 2);
    for (const [x = 0, y = 0, radius = 1, depth = 0] of spots) {
      const distance = ((index % width) - x) ** 2 + (Math.floor(index / width) - y) ** 2;
      value += depth * Math.exp(-distance / (2 * radius ** 2));
    }
    data[index] = Math.max(0, Math.min(255, Math.round(value * gain + offset)));
  }
  return { width, height, channels: 1, data };
}

const described = (raster: Raster): PictureDescriptor => {
  const descriptor = readDescriptor(describePicture(raster));
  if (descriptor === null) throw new Error('flat');
  return descriptor;
};

/** Pearson's correlation of the 64 x 64 thumbnails. */
function correlation(a: Raster, b: Raster): number {
  const [x, y] = [a, b].map((raster) => {
    const values = [...resizeBilinear(raster, 64, 64).data];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  });
  const dot = (p: number[] = [], q: number[] = []) => p.reduce((sum, value, i) => sum + value * (q[i] ?? 0), 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

describe('picture descriptor', () => {
  it('agrees with the correlation of thumbnails within 0.03 for similar images', () => {
    for (let seed = 0; seed < 8; seed++) {
      const a = blobs(seed, { noise: 12, noiseSeed: 1 });
      const b = blobs(seed, { noise: 12, noiseSeed: 2, gain: 0.8, offset: 20 });
      const exact = correlation(a, b);
      expect(exact).toBeGreaterThan(0.95);
      expect(Math.abs(nearDuplicateSimilarity(described(a), described(b)) - exact)).toBeLessThan(0.03);
    }
  });

  it('is invariant to brightness, contrast, and one channel versus three equal ones', () => {
    const grey = blobs(1, { gain: 0.6 });
    const colour: Raster = { ...grey, channels: 3, data: Uint8Array.from([...grey.data].flatMap((v) => [v, v, v])) };
    expect(describePicture(colour)).toEqual(describePicture(grey));
    expect(nearDuplicateSimilarity(described(grey), described(blobs(1)))).toBeGreaterThan(0.998);
  });

  it('separates images that agree only in coarse structure, under different noise', () => {
    const a = blobs(2, { noise: 200, noiseSeed: 1, gain: 0.5 });
    const b = blobs(2, { noise: 200, noiseSeed: 2, gain: 0.5 });
    expect(correlation(a, b)).toBeLessThan(0.93);
    expect(nearDuplicateSimilarity(described(a), described(b))).toBe(0);
  });

  it('is undefined for flat images, other versions and wrong lengths', () => {
    const flat: Raster = { width: 30, height: 20, channels: 1, data: new Uint8Array(600).fill(77) };
    const bytes = describePicture(flat);
    expect(bytes.length).toBe(DESCRIPTOR_BYTES);
    expect(readDescriptor(bytes)).toBeNull();
    const other = describePicture(blobs(1));
    other[0] = 9;
    expect(readDescriptor(other)).toBeNull();
    expect(readDescriptor(describePicture(blobs(1)).subarray(1))).toBeNull();
  });
});

describe('duplicate search', () => {
  it('finds the same as comparing all pairs', () => {
    const pictures = Array.from({ length: 150 }, (_, i) =>
      described(blobs(i % 120, { noise: 30, noiseSeed: i, gain: i < 120 ? 1 : 0.7 })),
    );
    const search = createDuplicateSearch();
    const found = new Set<string>();
    const all = new Set<string>();
    for (const [index, picture] of pictures.entries()) {
      for (const { id, similarity } of search.find(picture)) {
        found.add(`${id} ${index}`);
        expect(similarity).toBe(nearDuplicateSimilarity(picture, pictures[id] as PictureDescriptor));
      }
      for (let other = 0; other < index; other++) {
        if (nearDuplicateSimilarity(picture, pictures[other] as PictureDescriptor) > 0) all.add(`${other} ${index}`);
      }
      search.add(index, picture);
    }
    expect(all.size).toBeGreaterThanOrEqual(30);
    expect(found).toEqual(all);
  });

  it('leaves out what the caller rejects, and returns the best first', () => {
    const search = createDuplicateSearch();
    search.add(7, described(blobs(1, { noise: 30, noiseSeed: 1 })));
    search.add(8, described(blobs(1)));
    const one = described(blobs(1, { gain: 0.9 }));
    expect(search.find(one).map(({ id }) => id)).toEqual([8, 7]);
    expect(search.find(one, (id) => id !== 8).map(({ id }) => id)).toEqual([7]);
  });
});

describe('connected groups', () => {
  it('join chains whatever the order of links', () => {
    const groups = connectedGroups([
      ['c', 'd'],
      ['x', 'y'],
      ['a', 'b'],
      ['b', 'c'],
    ]);
    expect(new Set(['a', 'b', 'c', 'd'].map((key) => groups.get(key))).size).toBe(1);
    expect(groups.get('x')).toBe(groups.get('y'));
    expect(groups.get('x')).not.toBe(groups.get('a'));
    expect(groups.size).toBe(6);
  });
});
