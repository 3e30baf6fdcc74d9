import { BLOCK, COEFFICIENTS, type PictureDescriptor, places } from './picture-descriptor';

/** Coefficients of the rotated picture: the index that each comes from, and its sign. */
interface Turn {
  readonly from: Int32Array;
  readonly sign: Int8Array;
}

const indexOfPlace = new Map(places.map((place, index) => [place, index]));

/**
 * The seven ways to mirror and rotate a picture by quarter turns. In a cosine transform a mirror image has the odd
 * frequencies of its axis negated, and a picture mirrored in its diagonal has both axes exchanged: cos(pi (N - 1 - x +
 * 1/2) u / N) = (-1)^u cos(pi (x + 1/2) u / N).
 */
const turns: readonly Turn[] = [false, true]
  .flatMap((transposed) =>
    [false, true].flatMap((across) => [false, true].map((down) => ({ transposed, across, down }))),
  )
  .filter(({ transposed, across, down }) => transposed || across || down)
  .map(({ transposed, across, down }) => {
    const from = new Int32Array(COEFFICIENTS);
    const sign = new Int8Array(COEFFICIENTS);
    for (const [index, place] of places.entries()) {
      const [row, column] = [Math.floor(place / BLOCK), place % BLOCK];
      from[index] = indexOfPlace.get(transposed ? column * BLOCK + row : place) as number;
      sign[index] = (across ? column : 0) % 2 === (down ? row : 0) % 2 ? 1 : -1;
    }
    return { from, sign };
  });

/** The descriptors of a picture in its seven other orientations. Norms and scales are the same. */
export function turnedDescriptors(picture: PictureDescriptor): PictureDescriptor[] {
  return turns.map(({ from, sign }) => ({
    ...picture,
    coefficients: Int8Array.from(
      from,
      (place, index) => (picture.coefficients[place] as number) * (sign[index] as number),
    ),
  }));
}
