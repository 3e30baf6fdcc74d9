import type { Random } from '#shared/imaging/random';
import { pick, uniformScale } from './canvas';

/** A shape: negative inside, positive outside; roughly the distance to the border, in units of the picture's side. */
export type Outline = (x: number, y: number) => number;

/** A closed wavy curve around a point: from an ellipse to a star or a blob. */
export function randomBlob(random: Random, x: number, y: number, radius: number, roughness: number): Outline {
  const stretch = uniformScale(random, 0.55, 1.8);
  const turn = 2 * Math.PI * random.next();
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const waves = Array.from({ length: 5 }, (_, i) => ({
    amplitude: (roughness * random.uniform(0, 1)) / (1 + i),
    phase: 2 * Math.PI * random.next(),
  }));
  const table = Float32Array.from({ length: 361 }, (_, i) => {
    const angle = (i / 180) * Math.PI;
    return waves.reduce((sum, wave, index) => sum + wave.amplitude * Math.cos((index + 2) * angle + wave.phase), 1);
  });
  return (px, py) => {
    const [dx, dy] = [px - x, py - y];
    const [u, v] = [(c * dx + s * dy) / Math.sqrt(stretch), (c * dy - s * dx) * Math.sqrt(stretch)];
    const angle = Math.atan2(v, u) + Math.PI;
    return Math.sqrt(u * u + v * v) - radius * (table[Math.round((angle * 180) / Math.PI)] as number);
  };
}

/** A polygon with `sides` corners, regular or irregular, or a star. */
export function randomPolygon(random: Random, x: number, y: number, radius: number): Outline {
  const sides = 3 + random.integer(6);
  const star = random.next() < 0.3 ? random.uniform(0.35, 0.8) : 1;
  const turn = 2 * Math.PI * random.next();
  const irregularity = random.next() < 0.5 ? 0.3 : 0;
  const corners = Array.from({ length: star < 1 ? 2 * sides : sides }, (_, i, all = star < 1 ? 2 * sides : sides) => {
    const angle = turn + (2 * Math.PI * (i + irregularity * random.uniform(-0.5, 0.5))) / all;
    const distance = radius * (i % 2 === 1 ? star : 1) * (1 - irregularity * random.next());
    return [x + distance * Math.cos(angle), y + distance * Math.sin(angle)] as const;
  });
  return (px, py) => {
    let inside = false;
    let nearest = 9;
    for (let i = 0, j = corners.length - 1; i < corners.length; j = i, i += 1) {
      const [ax, ay] = corners[i] as readonly [number, number];
      const [bx, by] = corners[j] as readonly [number, number];
      if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
      const [ex, ey] = [bx - ax, by - ay];
      const t = Math.min(1, Math.max(0, ((px - ax) * ex + (py - ay) * ey) / (ex * ex + ey * ey)));
      const [dx, dy] = [px - ax - t * ex, py - ay - t * ey];
      nearest = Math.min(nearest, dx * dx + dy * dy);
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}

/** A rectangle, turned or not. */
export function randomBox(random: Random, x: number, y: number, radius: number): Outline {
  const turn = random.next() < 0.5 ? 0 : 2 * Math.PI * random.next();
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const ratio = uniformScale(random, 0.25, 4);
  const [halfWidth, halfHeight] = [radius * Math.sqrt(ratio), radius / Math.sqrt(ratio)];
  return (px, py) => {
    const [dx, dy] = [px - x, py - y];
    return Math.max(Math.abs(c * dx + s * dy) - halfWidth, Math.abs(c * dy - s * dx) - halfHeight);
  };
}

/** A ring or an arc of constant width. */
export function randomRing(random: Random, x: number, y: number, radius: number): Outline {
  const width = radius * random.uniform(0.08, 0.4);
  const [from, length] = [2 * Math.PI * random.next(), random.next() < 0.5 ? 7 : random.uniform(1, 5)];
  return (px, py) => {
    const [dx, dy] = [px - x, py - y];
    const angle = (Math.atan2(dy, dx) - from + 4 * Math.PI) % (2 * Math.PI);
    const across = Math.abs(Math.sqrt(dx * dx + dy * dy) - radius) - width / 2;
    return angle > length ? Math.max(across, 0.01) : across;
  };
}

export function randomOutline(random: Random, x: number, y: number, radius: number): Outline {
  switch (pick(random, ['blob', 'blob', 'polygon', 'box', 'ring'] as const)) {
    case 'blob':
      return randomBlob(random, x, y, radius, random.next() < 0.4 ? 0 : random.uniform(0.05, 0.35));
    case 'polygon':
      return randomPolygon(random, x, y, radius);
    case 'box':
      return randomBox(random, x, y, radius);
    case 'ring':
      return randomRing(random, x, y, radius);
  }
}
