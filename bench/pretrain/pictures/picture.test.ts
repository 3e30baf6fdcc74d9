import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import { drawPicture, finish, scenes } from './picture';

describe('generated pictures', () => {
  it('are the same for a seed on every machine', () => {
    const hash = createHash('sha256');
    for (let index = 0; index < 20; index += 1) hash.update(drawPicture(1, index, 56, false));
    expect(hash.digest('hex').slice(0, 16)).toMatchInlineSnapshot(`"e1d0d2499b11c9de"`);
  });

  it('differ by seed, index, and between training and held-out pictures', () => {
    const pictures = [
      drawPicture(1, 0, 28, false),
      drawPicture(2, 0, 28, false),
      drawPicture(1, 1, 28, false),
      drawPicture(1, 0, 28, true),
    ];
    expect(new Set(pictures.map((picture) => picture.join())).size).toBe(4);
  });

  it.each(scenes)('%s shows something else for each seed', (_, scene) => {
    const spreads = Array.from({ length: 6 }, (_, seed) => {
      const random = createRandom(seed);
      const picture = finish(scene(random, 42), random);
      expect(picture).toHaveLength(3 * 42 * 42);
      return Math.max(...picture) - Math.min(...picture);
    });
    // A few are nearly plain, as some real pictures are.
    expect(spreads.filter((spread) => spread > 20).length).toBeGreaterThanOrEqual(4);
    expect(new Set(spreads).size).toBeGreaterThan(1);
  });
});
