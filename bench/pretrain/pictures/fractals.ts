import { createCanvas, paint, pick, type Scene, uniformScale } from './canvas';
import { randomPalette } from './palette';

interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/**
 * The attractor of a random iterated function system, as in Kataoka et al. 2020 ("Pre-training without natural
 * images"): the density of the points of a chaos game.
 */
export const functionSystem: Scene = (random, size) => {
  const maps = Array.from({ length: 2 + random.integer(5) }, (): Affine & { readonly weight: number } => {
    const angle = 2 * Math.PI * random.next();
    const second = 2 * Math.PI * random.next();
    const [long, short] = [random.uniform(0.3, 0.95), random.uniform(0.1, 0.85)];
    // A rotation, two contractions, and another rotation.
    const [c1, s1, c2, s2] = [Math.cos(angle), Math.sin(angle), Math.cos(second), Math.sin(second)];
    const [a, b] = [c1 * long * c2 - s1 * short * s2, -c1 * long * s2 - s1 * short * c2];
    const [c, d] = [s1 * long * c2 + c1 * short * s2, -s1 * long * s2 + c1 * short * c2];
    const weight = Math.max(0.02, Math.abs(a * d - b * c));
    return { a, b, c, d, e: random.uniform(-1, 1), f: random.uniform(-1, 1), weight };
  });
  const total = maps.reduce((sum, { weight }) => sum + weight, 0);
  const count = 24_000;
  const [xs, ys] = [new Float64Array(count), new Float64Array(count)];
  const owner = new Uint8Array(count);
  let [x, y] = [0, 0];
  let [lowX, highX, lowY, highY] = [1e9, -1e9, 1e9, -1e9];
  for (let i = -30; i < count; i += 1) {
    let draw = total * random.next();
    let chosen = 0;
    while (chosen < maps.length - 1 && draw >= (maps[chosen] as (typeof maps)[number]).weight) {
      draw -= (maps[chosen] as (typeof maps)[number]).weight;
      chosen += 1;
    }
    const { a, b, c, d, e, f } = maps[chosen] as Affine;
    [x, y] = [a * x + b * y + e, c * x + d * y + f];
    if (i < 0) continue;
    xs[i] = x;
    ys[i] = y;
    owner[i] = chosen;
    lowX = Math.min(lowX, x);
    highX = Math.max(highX, x);
    lowY = Math.min(lowY, y);
    highY = Math.max(highY, y);
  }
  const zoom = uniformScale(random, 0.7, 2.5);
  const scale = zoom / Math.max(1e-6, highX - lowX, highY - lowY);
  const [focusX, focusY] = [xs[count >> 1] as number, ys[count >> 1] as number];
  const [middleX, middleY] = zoom > 1 ? [focusX, focusY] : [(lowX + highX) / 2, (lowY + highY) / 2];
  const density = new Float32Array(size * size);
  const colours = new Float32Array(size * size);
  // Finer pictures take several pixels per point, so that the density looks the same.
  const dot = Math.max(1, Math.round(size / 112));
  for (let i = 0; i < count; i += 1) {
    const column = Math.floor(size * (0.5 + scale * ((xs[i] as number) - middleX)));
    const row = Math.floor(size * (0.5 + scale * ((ys[i] as number) - middleY)));
    for (let dy = 0; dy < dot; dy += 1) {
      for (let dx = 0; dx < dot; dx += 1) {
        if (column + dx < 0 || column + dx >= size || row + dy < 0 || row + dy >= size) continue;
        const at = (row + dy) * size + column + dx;
        density[at] = (density[at] as number) + 1;
        colours[at] = (owner[i] as number) / maps.length;
      }
    }
  }
  const [foreground, background] = [randomPalette(random), randomPalette(random)];
  const brightness = random.uniform(0.25, 0.6);
  const canvas = createCanvas(size);
  for (let at = 0; at < density.length; at += 1) {
    const hits = density[at] as number;
    const colour = hits > 0 ? foreground(colours[at] as number) : background(at / density.length);
    const light = hits > 0 ? Math.min(1, brightness * (1 + Math.log2(hits))) : 0.6;
    canvas.red[at] = light * colour[0];
    canvas.green[at] = light * colour[1];
    canvas.blue[at] = light * colour[2];
  }
  return canvas;
};

/** A Julia set of z^n + c, with c near the border of the Mandelbrot set, where the pictures are rich. */
export const juliaSet: Scene = (random, size) => {
  const angle = 2 * Math.PI * random.next();
  const radius = random.uniform(0.95, 1.12);
  // The border of the main cardioid.
  const real = radius * (0.5 * Math.cos(angle) - 0.25 * Math.cos(2 * angle));
  const imaginary = radius * (0.5 * Math.sin(angle) - 0.25 * Math.sin(2 * angle));
  const cubic = random.next() < 0.2;
  const zoom = uniformScale(random, 0.15, 1.6);
  const [centreX, centreY] = [random.uniform(-0.6, 0.6), random.uniform(-0.6, 0.6)];
  const palette = randomPalette(random);
  const rate = pick(random, [0.02, 0.05, 0.1]);
  return paint(size, (x, y) => {
    let [zr, zi] = [centreX + 2 * zoom * (x - 0.5), centreY + 2 * zoom * (y - 0.5)];
    let steps = 0;
    while (steps < 80 && zr * zr + zi * zi < 16) {
      const [squareR, squareI] = [zr * zr - zi * zi, 2 * zr * zi];
      [zr, zi] = cubic
        ? [squareR * zr - squareI * zi + real, squareR * zi + squareI * zr + imaginary]
        : [squareR + real, squareI + imaginary];
      steps += 1;
    }
    if (steps === 80) return palette(0.5 * Math.sqrt(zr * zr + zi * zi));
    const smooth = steps + 1 - Math.log2(Math.max(1, Math.log2(zr * zr + zi * zi) / 2));
    return palette(0.5 - 0.5 * Math.cos(rate * 2 * Math.PI * smooth));
  });
};
