import type { Random } from '#shared/imaging/random';

/** A smooth random function of the plane, from about -1 to 1. */
export type Noise = (x: number, y: number) => number;

const TABLE = 256;

/** Gradient noise (Perlin 1985, with the quintic fade of 2002): one feature per unit of length. */
export function gradientNoise(random: Random): Noise {
  const permutation = new Uint8Array(2 * TABLE);
  for (let i = 0; i < TABLE; i += 1) permutation[i] = i;
  for (let i = TABLE - 1; i > 0; i -= 1) {
    const j = random.integer(i + 1);
    const other = permutation[j] as number;
    permutation[j] = permutation[i] as number;
    permutation[i] = other;
  }
  permutation.copyWithin(TABLE, 0, TABLE);
  const cosines = new Float64Array(TABLE);
  const sines = new Float64Array(TABLE);
  for (let i = 0; i < TABLE; i += 1) {
    const angle = 2 * Math.PI * random.next();
    cosines[i] = Math.cos(angle);
    sines[i] = Math.sin(angle);
  }
  const corner = (column: number, row: number, dx: number, dy: number): number => {
    const at = permutation[(permutation[column & 255] as number) + (row & 255)] as number;
    return (cosines[at] as number) * dx + (sines[at] as number) * dy;
  };
  return (x, y) => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [dx, dy] = [x - column, y - row];
    const fadeX = dx * dx * dx * (dx * (dx * 6 - 15) + 10);
    const fadeY = dy * dy * dy * (dy * (dy * 6 - 15) + 10);
    const above = corner(column, row, dx, dy);
    const aboveRight = corner(column + 1, row, dx - 1, dy);
    const below = corner(column, row + 1, dx, dy - 1);
    const belowRight = corner(column + 1, row + 1, dx - 1, dy - 1);
    const top = above + fadeX * (aboveRight - above);
    const bottom = below + fadeX * (belowRight - below);
    return 1.5 * (top + fadeY * (bottom - top));
  };
}

/** Fractional Brownian motion: octaves of noise, each twice as fine and `gain` times as strong as the one before. */
export function fractalNoise(noise: Noise, octaves: number, gain: number): Noise {
  let norm = 0;
  for (let octave = 0; octave < octaves; octave += 1) norm += gain ** (2 * octave);
  const scale = 1 / Math.sqrt(norm);
  return (x, y) => {
    let [sum, amplitude, frequency] = [0, scale, 1];
    for (let octave = 0; octave < octaves; octave += 1) {
      sum += amplitude * noise(x * frequency + 17.3 * octave, y * frequency - 9.1 * octave);
      amplitude *= gain;
      frequency *= 2;
    }
    return sum;
  };
}
