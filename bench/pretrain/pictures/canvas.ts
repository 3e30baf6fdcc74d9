import type { Random } from '#shared/imaging/random';

/** A colour picture in the making: planes [size, size] with values from 0 to 1, which may be exceeded until the end. */
export interface Canvas {
  readonly size: number;
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** Draws a picture of `size` x `size` pixels; what it shows depends on the random numbers alone, not on the size. */
export type Scene = (random: Random, size: number) => Canvas;

export function createCanvas(size: number): Canvas {
  const plane = () => new Float32Array(size * size);
  return { size, red: plane(), green: plane(), blue: plane() };
}

/** Fills a canvas by a function of the position, both coordinates from 0 to 1. */
export function paint(size: number, colourAt: (x: number, y: number) => Colour): Canvas {
  const canvas = createCanvas(size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const [red, green, blue] = colourAt((column + 0.5) / size, (row + 0.5) / size);
      const at = row * size + column;
      canvas.red[at] = red;
      canvas.green[at] = green;
      canvas.blue[at] = blue;
    }
  }
  return canvas;
}

/** Does the same in grey. */
export function paintGrey(size: number, valueAt: (x: number, y: number) => number): Canvas {
  const grey = new Float32Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      grey[row * size + column] = valueAt((column + 0.5) / size, (row + 0.5) / size);
    }
  }
  return { size, red: grey, green: grey.slice(), blue: grey.slice() };
}

export const pick = <T>(random: Random, items: readonly T[]): T => items[random.integer(items.length)] as T;

/** Uniform on the logarithm: every scale is equally likely. */
export const uniformScale = (random: Random, low: number, high: number): number => low * (high / low) ** random.next();

/** A standard normal number (Box and Muller). */
export const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

export const smoothStep = (low: number, high: number, x: number): number => {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
};

export const clamp = (x: number): number => Math.min(1, Math.max(0, x));
