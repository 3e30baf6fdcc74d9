import type { Random } from '#shared/imaging/random';
import { type Colour, paint, pick, type Scene, uniformScale } from './canvas';
import { fractalNoise, gradientNoise } from './noise';
import { randomColour, randomPalette } from './palette';

/** A colour at each position, from 0 to 1 in both directions. */
export type Texture = (x: number, y: number) => Colour;

/** Turns positions by a random angle and stretches them. */
function randomFrame(random: Random, low: number, high: number) {
  const angle = 2 * Math.PI * random.next();
  const scale = uniformScale(random, low, high);
  const stretch = uniformScale(random, 0.5, 2);
  const [c, s] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  const [offsetX, offsetY] = [50 * random.next(), 50 * random.next()];
  return (x: number, y: number): readonly [number, number] => [
    offsetX + c * x + s * y,
    offsetY + (c * y - s * x) * stretch,
  ];
}

/** Clouds, marble and wood: fractal noise, optionally warped by noise or folded into ridges and rings. */
function noiseTexture(random: Random): Texture {
  const noise = gradientNoise(random);
  const fractal = fractalNoise(noise, 1 + random.integer(5), random.uniform(0.35, 0.8));
  const frame = randomFrame(random, 1.5, 24);
  const palette = randomPalette(random);
  const warp = random.next() < 0.4 ? random.uniform(0.3, 2.5) : 0;
  const kind = pick(random, ['plain', 'ridges', 'rings', 'steps'] as const);
  const rings = random.uniform(2, 9);
  return (x, y) => {
    const [u, v] = frame(x, y);
    const [du, dv] = warp === 0 ? [0, 0] : [warp * noise(u * 0.5, v * 0.5), warp * noise(v * 0.5 + 31, u * 0.5)];
    const value = fractal(u + du, v + dv);
    switch (kind) {
      case 'plain':
        return palette(0.5 + 0.7 * value);
      case 'ridges':
        return palette(1 - 2 * Math.abs(value));
      case 'rings':
        return palette(0.5 + 0.5 * Math.sin(rings * Math.PI * value));
      case 'steps':
        return palette(Math.floor(4 * value + 2) / 4);
    }
  };
}

/** Cells around random points: their distances, their borders, or a colour for each (Worley 1996). */
function cellTexture(random: Random): Texture {
  const frame = randomFrame(random, 3, 26);
  const jitter = random.uniform(0.2, 1);
  const palette = randomPalette(random);
  const kind = pick(random, ['distance', 'border', 'colour', 'bubbles'] as const);
  const points = Float32Array.from({ length: 3 * 4096 }, () => random.next());
  const manhattan = random.next() < 0.2;
  return (x, y) => {
    const [u, v] = frame(x, y);
    const [column, row] = [Math.floor(u), Math.floor(v)];
    let [first, second, nearest] = [9, 9, 0];
    for (let dy = -1; dy <= 1; dy += 1) {
      for (let dx = -1; dx <= 1; dx += 1) {
        const cell = 3 * (((column + dx) & 63) * 64 + ((row + dy) & 63));
        const px = column + dx + 0.5 + jitter * ((points[cell] as number) - 0.5) - u;
        const py = row + dy + 0.5 + jitter * ((points[cell + 1] as number) - 0.5) - v;
        const distance = manhattan ? Math.abs(px) + Math.abs(py) : Math.sqrt(px * px + py * py);
        if (distance < first) {
          second = first;
          first = distance;
          nearest = points[cell + 2] as number;
        } else if (distance < second) second = distance;
      }
    }
    switch (kind) {
      case 'distance':
        return palette(first);
      case 'border':
        return palette(2.5 * (second - first));
      case 'colour':
        return palette(second - first < 0.05 ? 0 : nearest);
      case 'bubbles':
        return palette(first < 0.42 ? 1 - 1.6 * first + 0.3 * nearest : 0.1 * nearest);
    }
  };
}

/** Sine waves in several directions, rings, spokes, spirals, checks, bricks and dots. */
function periodicTexture(random: Random): Texture {
  const kind = pick(random, ['waves', 'waves', 'rings', 'spokes', 'spiral', 'checks', 'bricks', 'dots'] as const);
  const frame = randomFrame(random, 2, 20);
  const palette = randomPalette(random);
  const noise = gradientNoise(random);
  const bend = random.next() < 0.5 ? random.uniform(0.1, 0.6) : 0;
  const [centreX, centreY] = [random.uniform(-0.2, 1.2), random.uniform(-0.2, 1.2)];
  const frequency = uniformScale(random, 3, 30);
  const arms = 2 + random.integer(14);
  const duty = random.uniform(0.2, 0.8);
  const waves = Array.from({ length: 1 + random.integer(4) }, () => {
    const angle = Math.PI * random.next();
    const rate = uniformScale(random, 2, 40);
    return { x: rate * Math.cos(angle), y: rate * Math.sin(angle), phase: 7 * random.next() };
  });
  const mean = 1 / waves.length;
  return (x, y) => {
    const [u, v] = frame(x, y);
    const shift = bend === 0 ? 0 : bend * noise(4 * x, 4 * y);
    const [rx, ry] = [x - centreX, y - centreY];
    switch (kind) {
      case 'waves': {
        let sum = 0;
        for (const wave of waves) sum += Math.sin(2 * Math.PI * (wave.x * x + wave.y * y + 2 * shift) + wave.phase);
        return palette(0.5 + 0.5 * mean * sum);
      }
      case 'rings':
        return palette(0.5 + 0.5 * Math.sin(2 * Math.PI * (frequency * Math.sqrt(rx * rx + ry * ry) + 2 * shift)));
      case 'spokes':
        return palette(0.5 + 0.5 * Math.sin(arms * (Math.atan2(ry, rx) + shift)));
      case 'spiral': {
        const radius = Math.sqrt(rx * rx + ry * ry);
        return palette(0.5 + 0.5 * Math.sin(arms * Math.atan2(ry, rx) + 2 * Math.PI * frequency * (radius + shift)));
      }
      case 'checks':
        return palette((Math.floor(u + shift) + Math.floor(v + shift)) & 1);
      case 'bricks': {
        const row = Math.floor(v + shift);
        const along = u * 0.5 + (row & 1) * 0.5;
        const isJoint = v + shift - row < 0.12 || along - Math.floor(along) < 0.06;
        return palette(isJoint ? 0 : 0.5 + 0.4 * noise(3 * Math.floor(along) + 0.5, 3 * row + 0.5));
      }
      case 'dots': {
        const [du, dv] = [u + shift - Math.floor(u + shift) - 0.5, v - Math.floor(v) - 0.5];
        return palette(du * du + dv * dv < 0.25 * duty * duty ? 1 : 0);
      }
    }
  };
}

/** Blends from one colour to another along a line. */
function gradientTexture(random: Random): Texture {
  const palette = randomPalette(random);
  const angle = 2 * Math.PI * random.next();
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => palette(0.5 + c * (x - 0.5) + s * (y - 0.5));
}

function plainTexture(random: Random): Texture {
  const colour = randomColour(random);
  return () => colour;
}

/** Any texture, for the surface of a shape or a whole picture. */
export function randomTexture(random: Random): Texture {
  const make = pick(random, [noiseTexture, noiseTexture, cellTexture, periodicTexture, gradientTexture, plainTexture]);
  return make(random);
}

export const noisePicture: Scene = (random, size) => paint(size, noiseTexture(random));
export const cellPicture: Scene = (random, size) => paint(size, cellTexture(random));
export const periodicPicture: Scene = (random, size) => paint(size, periodicTexture(random));

/** Two textures, one showing through where a third pattern is bright. */
export const blendedPicture: Scene = (random, size) => {
  const [a, b] = [randomTexture(random), randomTexture(random)];
  const noise = fractalNoise(gradientNoise(random), 3, 0.5);
  const scale = uniformScale(random, 1.5, 8);
  const sharpness = uniformScale(random, 1, 30);
  return paint(size, (x, y) => {
    const share = 1 / (1 + Math.exp(-4 * sharpness * noise(scale * x, scale * y)));
    const [first, second] = [a(x, y), b(x, y)];
    const blend = (i: 0 | 1 | 2): number => first[i] + share * (second[i] - first[i]);
    return [blend(0), blend(1), blend(2)];
  });
};
