import type { Random } from '#shared/imaging/random';
import { type Colour, clamp } from './canvas';

export const grey = (value: number): Colour => [value, value, value];

/** A random colour; often nearly grey. */
export function randomColour(random: Random): Colour {
  const lightness = random.next();
  const saturation = random.next() ** 2;
  const channel = (): number => clamp(lightness + saturation * random.uniform(-0.6, 0.6));
  return [channel(), channel(), channel()];
}

/** A smooth path through random colours, tabulated over 0 to 1; values outside take the ends. Half of them are grey. */
export function randomPalette(random: Random): (value: number) => Colour {
  const isGrey = random.next() < 0.4;
  const stops = Array.from({ length: 2 + random.integer(4) }, (): Colour => {
    return isGrey ? grey(random.next()) : randomColour(random);
  });
  const table = Array.from({ length: 256 }, (_, index): Colour => {
    const position = (index / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(position));
    const share = position - low;
    const [a, b] = [stops[low] as Colour, stops[low + 1] as Colour];
    return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])];
  });
  return (value) => table[Math.round(255 * clamp(value))] as Colour;
}
