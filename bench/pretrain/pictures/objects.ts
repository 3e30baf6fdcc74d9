import { type Canvas, gaussian, paint, pick, type Scene, smoothStep, uniformScale } from './canvas';
import { fractalNoise, gradientNoise } from './noise';
import { randomOutline } from './outlines';
import { randomColour, randomPalette } from './palette';
import { randomTexture } from './textures';

/** Multiplies a canvas by a factor at each pixel of a rectangle, and mixes in a colour by a share. */
function cover(
  canvas: Canvas,
  [x, y, radius]: readonly [number, number, number],
  apply: (x: number, y: number, at: number) => void,
): void {
  const { size } = canvas;
  const clip = (value: number): number => Math.max(0, Math.min(size, Math.round(value * size)));
  for (let row = clip(y - radius); row < clip(y + radius); row += 1) {
    for (let column = clip(x - radius); column < clip(x + radius); column += 1) {
      apply((column + 0.5) / size, (row + 0.5) / size, row * size + column);
    }
  }
}

/**
 * Textured, shaded shapes in front of each other, with shadows. With many small ones it is the dead leaves model, whose
 * statistics are close to those of photographs (Lee, Mumford and Huang 2001).
 */
export const shapesPicture: Scene = (random, size) => {
  const canvas = paint(size, randomTexture(random));
  const count = Math.round(uniformScale(random, 1, 60));
  const largest = random.uniform(0.12, 0.45) * (count < 6 ? 1 : 0.7);
  const light = 2 * Math.PI * random.next();
  const [lightX, lightY] = [Math.cos(light), Math.sin(light)];
  const shading = random.next() < 0.7 ? random.uniform(0.2, 0.9) : 0;
  const hasShadows = random.next() < 0.4;
  const kinds = Array.from({ length: 1 + random.integer(4) }, () => randomTexture(random));
  for (let index = 0; index < count; index += 1) {
    const [x, y] = [random.next(), random.next()];
    const radius = largest * Math.max(0.12, random.next() ** 2);
    const outline = randomOutline(random, x, y, radius);
    const texture = random.next() < 0.5 ? pick(random, kinds) : randomTexture(random);
    const bounds = [x, y, 2.2 * radius] as const;
    if (hasShadows) {
      const shift = 0.25 * radius;
      cover(canvas, [x + lightX * shift, y + lightY * shift, 2.4 * radius], (px, py, at) => {
        const dark =
          0.55 + 0.45 * smoothStep(-0.1 * radius, 0.15 * radius, outline(px - lightX * shift, py - lightY * shift));
        for (const plane of [canvas.red, canvas.green, canvas.blue]) plane[at] = (plane[at] as number) * dark;
      });
    }
    cover(canvas, bounds, (px, py, at) => {
      const distance = outline(px, py);
      if (distance > 0.5 / size) return;
      // As on a sphere of this radius: light from one side, dark towards the other.
      const lit = 1 + shading * (-(lightX * (px - x) + lightY * (py - y)) / radius);
      const round = shading > 0 ? Math.sqrt(Math.max(0.15, Math.min(1, -distance / (0.6 * radius)))) : 1;
      const [red, green, blue] = texture(px, py);
      canvas.red[at] = lit * round * red;
      canvas.green[at] = lit * round * green;
      canvas.blue[at] = lit * round * blue;
    });
  }
  return canvas;
};

/** A sky, ridges of hills one behind the other and a patterned ground in perspective, sometimes with towers. */
export const landscape: Scene = (random, size) => {
  const horizon = random.uniform(0.25, 0.7);
  const sky = randomPalette(random);
  const ground = randomTexture(random);
  const haze = randomColour(random);
  const clouds = fractalNoise(gradientNoise(random), 4, 0.55);
  const cloudScale = uniformScale(random, 2, 6);
  const ridges = Array.from({ length: random.integer(5) }, (_, index) => ({
    profile: fractalNoise(gradientNoise(random), 4, 0.5),
    height: random.uniform(0.02, 0.16),
    scale: uniformScale(random, 1, 5),
    offset: 40 * index,
    colour: randomColour(random),
  }));
  const towers = Array.from({ length: random.next() < 0.5 ? random.integer(12) : 0 }, () => ({
    left: random.next(),
    width: random.uniform(0.03, 0.15),
    top: horizon - random.uniform(0.02, 0.35),
    colour: randomColour(random),
    windows: uniformScale(random, 20, 70),
  }));
  return paint(size, (x, y) => {
    for (const { left, width, top, colour, windows } of towers) {
      if (x < left || x > left + width || y < top || y > horizon + 0.04) continue;
      const isWindow = Math.sin(windows * 3 * (x - left)) > 0.2 && Math.sin(windows * 3 * (y - top)) > 0.2;
      return isWindow ? haze : colour;
    }
    if (y > horizon) {
      const depth = 0.12 / (y - horizon + 0.02);
      return ground((x - 0.5) * depth * 1.5 + 0.5, depth);
    }
    for (const { profile, height, scale, offset, colour } of ridges) {
      if (y > horizon - height * (1 + profile(scale * x + offset, 0))) return colour;
    }
    return sky(y / horizon + 0.25 * clouds(cloudScale * x, cloudScale * 2 * y));
  });
};

/** Strokes, branching as vessels, roots and cracks do, or running free as scribbles and hair. */
export const strokesPicture: Scene = (random, size) => {
  const canvas = paint(size, randomTexture(random));
  const branching = random.next() < 0.6;
  const colours = Array.from({ length: 3 }, () => randomColour(random));
  const wander = random.uniform(0.02, 0.35);
  const draw = (x: number, y: number, angle: number, width: number, depth: number): void => {
    const colour = pick(random, colours);
    const step = 0.6 * Math.max(width, 0.6 / size);
    const length = branching ? random.uniform(0.1, 0.4) : random.uniform(0.3, 1.2);
    let [px, py, direction, curl] = [x, y, angle, 0];
    for (let along = 0; along < length; along += step) {
      curl = 0.8 * curl + wander * gaussian(random);
      direction += curl * step * 12;
      [px, py] = [px + step * Math.cos(direction), py + step * Math.sin(direction)];
      cover(canvas, [px, py, Math.max(width, 0.7 / size)], (cx, cy, at) => {
        if ((cx - px) ** 2 + (cy - py) ** 2 > Math.max(width, 0.7 / size) ** 2) return;
        canvas.red[at] = colour[0];
        canvas.green[at] = colour[1];
        canvas.blue[at] = colour[2];
      });
    }
    if (!branching || depth === 0) return;
    for (let branch = 0; branch < 2; branch += 1) {
      draw(px, py, direction + random.uniform(-0.9, 0.9), width * random.uniform(0.55, 0.85), depth - 1);
    }
  };
  const count = branching ? 1 + random.integer(3) : Math.round(uniformScale(random, 3, 25));
  for (let i = 0; i < count; i += 1) {
    const width = uniformScale(random, 0.003, branching ? 0.03 : 0.015);
    draw(random.next(), random.next(), 2 * Math.PI * random.next(), width, branching ? 5 : 0);
  }
  return canvas;
};

/** Rows of small marks in boxes, as on printed pages, panels and forms. */
export const pagePicture: Scene = (random, size) => {
  const canvas = paint(size, randomTexture(random));
  const blocks = 1 + random.integer(6);
  for (let index = 0; index < blocks; index += 1) {
    const [left, top] = [random.uniform(-0.1, 0.7), random.uniform(-0.1, 0.8)];
    const [width, height] = [random.uniform(0.15, 0.9), random.uniform(0.1, 0.6)];
    const [paper, ink] = [randomColour(random), randomColour(random)];
    const line = uniformScale(random, 0.025, 0.1);
    const letter = line * random.uniform(0.3, 0.7);
    const marks = Uint8Array.from({ length: 4096 }, () => random.integer(512));
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const [x, y] = [(column + 0.5) / size - left, (row + 0.5) / size - top];
        if (x < 0 || y < 0 || x > width || y > height) continue;
        const [lineIndex, letterIndex] = [Math.floor(y / line), Math.floor(x / letter)];
        const [u, v] = [(x / letter - letterIndex) * 4, (y / line - lineIndex) * 5];
        const mark = marks[(lineIndex * 61 + letterIndex) & 4095] as number;
        const isInk = u < 3 && v < 3 && mark > 60 && ((mark * 2654435) >>> (Math.floor(v) * 3 + Math.floor(u))) & 1;
        const at = row * size + column;
        const colour = isInk ? ink : paper;
        canvas.red[at] = colour[0];
        canvas.green[at] = colour[1];
        canvas.blue[at] = colour[2];
      }
    }
  }
  return canvas;
};

/** Stained tissue: pale ground, fibres and glands, dark nuclei. */
export const histology: Scene = (random, size) => {
  const stain = random.next() < 0.7;
  const ground = stain ? ([0.93, random.uniform(0.6, 0.85), random.uniform(0.8, 0.92)] as const) : randomColour(random);
  const nucleus = stain ? ([random.uniform(0.25, 0.5), 0.2, random.uniform(0.4, 0.6)] as const) : randomColour(random);
  const fibres = fractalNoise(gradientNoise(random), 4, 0.6);
  const scale = uniformScale(random, 3, 14);
  const density = gradientNoise(random);
  const canvas = paint(size, (x, y) => {
    const shade = 0.9 + 0.25 * fibres(scale * x, scale * 0.4 * y);
    return [ground[0] * shade, ground[1] * (0.3 + 0.7 * shade), ground[2] * shade];
  });
  const radius = uniformScale(random, 0.008, 0.035);
  const count = Math.round(Math.min(700, random.uniform(0.05, 0.35) / (radius * radius)));
  for (let i = 0; i < count; i += 1) {
    const [x, y] = [random.next(), random.next()];
    if (density(4 * x, 4 * y) < random.uniform(-0.8, 0.4)) continue;
    const own = radius * random.uniform(0.6, 1.3);
    const outline = randomOutline(random, x, y, own);
    cover(canvas, [x, y, 1.8 * own], (px, py, at) => {
      if (outline(px, py) > 0) return;
      canvas.red[at] = nucleus[0];
      canvas.green[at] = nucleus[1];
      canvas.blue[at] = nucleus[2];
    });
  }
  return canvas;
};
