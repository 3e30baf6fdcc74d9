import type { Random } from '#shared/imaging/random';
import { sampleClasses, ultrasoundImage } from '../../../src/main/ingest/sample/ultrasound-image';
import { type Canvas, gaussian, paintGrey, pick, type Scene, smoothStep, uniformScale } from './canvas';
import { fractalNoise, gradientNoise, type Noise } from './noise';
import { type Outline, randomBlob } from './outlines';

/** The sample project's breast ultrasound, at a random zoom and place. */
export const sampleUltrasound: Scene = (random, size) => {
  const zoom = uniformScale(random, 0.9, 2);
  const side = Math.round(size * zoom);
  const height = Math.round(side * random.uniform(0.75, 1));
  const { pixels } = ultrasoundImage(pick(random, sampleClasses), random.next, side, height);
  const [left, top] = [
    random.uniform(0, Math.max(0, side - size)),
    random.uniform(Math.min(0, height - size), Math.max(0, height - size)),
  ];
  return paintGrey(size, (x, y) => {
    const [column, row] = [Math.floor(left + x * size), Math.floor(top + y * size)];
    return row < 0 || row >= height || column >= side ? 0 : (pixels[row * side + column] as number) / 255;
  });
};

interface Reflector {
  readonly outline: Outline;
  readonly echo: number;
  readonly rim: number;
  /** Change of the beam's strength per unit of depth inside. */
  readonly gain: number;
  readonly soft: number;
}

function randomReflector(random: Random): Reflector {
  const radius = uniformScale(random, 0.03, 0.28);
  const roughness = random.next() < 0.5 ? random.uniform(0, 0.08) : random.uniform(0.1, 0.5);
  const outline = randomBlob(random, random.next(), random.uniform(0.15, 0.9), radius, roughness);
  const kind = pick(random, ['cyst', 'solid', 'bright', 'stone'] as const);
  const echo = { cyst: 0.02, solid: random.uniform(0.15, 0.7), bright: random.uniform(1.5, 3), stone: 5 }[kind];
  const gain = { cyst: 2.5, solid: random.uniform(-4, 2), bright: -1, stone: -30 }[kind];
  return {
    outline,
    echo,
    gain,
    rim: random.next() < 0.5 ? random.uniform(1.2, 2.5) : 1,
    soft: random.uniform(0.002, 0.03),
  };
}

/** Rayleigh speckle [size, size], correlated over the given pixels along and across the beam. */
function speckle(random: Random, size: number, across: number, along: number): Float32Array {
  const field = (): Float32Array => {
    const noise = new Float32Array(size * size);
    for (let i = 0; i < noise.length; i += 1) noise[i] = random.next() + random.next() + random.next() - 1.5;
    return smoothen(smoothen(noise, size, 1, across), size, size, along);
  };
  const [real, imaginary] = [field(), field()];
  let power = 0;
  for (let i = 0; i < real.length; i += 1) power += (real[i] as number) ** 2;
  const deviation = Math.sqrt(power / real.length);
  return real.map((value, i) => Math.sqrt(value * value + (imaginary[i] as number) ** 2) / deviation);
}

/** A moving average of exponential weights in both directions along one axis: `stride` 1 for rows, size for columns. */
function smoothen(values: Float32Array, size: number, stride: number, length: number): Float32Array {
  if (length <= 0) return values;
  const keep = Math.exp(-1 / length);
  const result = values.slice();
  const lineStride = stride === 1 ? size : 1;
  for (let line = 0; line < size; line += 1) {
    const start = line * lineStride;
    let running = 0;
    for (let i = 0; i < size; i += 1) {
      const at = start + i * stride;
      running = keep * running + (1 - keep) * (result[at] as number);
      result[at] = running;
    }
    running = 0;
    for (let i = size - 1; i >= 0; i -= 1) {
      const at = start + i * stride;
      running = keep * running + (1 - keep) * (result[at] as number);
      result[at] = running;
    }
  }
  return result;
}

/** Layers of tissue with depth. */
function tissueLayers(random: Random): (x: number, y: number) => number {
  const boundary = gradientNoise(random);
  const lobules = fractalNoise(gradientNoise(random), 3, 0.6);
  const [lobuleScale, contrast] = [uniformScale(random, 2, 14), random.uniform(0.05, 0.7)];
  const layers = Array.from({ length: random.integer(6) }, () => ({
    depth: random.next(),
    echo: uniformScale(random, 0.25, 1.6),
    fascia: random.next() < 0.6 ? random.uniform(1.3, 2.6) : 1,
    wave: random.uniform(0.01, 0.08),
    scale: random.uniform(0.7, 3),
  })).sort((a, b) => a.depth - b.depth);
  const stripes = random.next() < 0.3 ? random.uniform(40, 140) : 0;
  const slope = random.uniform(-12, 12);
  return (x, y) => {
    let echo = 1;
    for (const [index, layer] of layers.entries()) {
      const below = y - layer.depth - layer.wave * boundary(layer.scale * x, 7.7 * index);
      if (below < 0) break;
      echo = below < 0.012 ? layer.fascia : layer.echo;
    }
    const fibre = stripes === 0 ? 1 : 1 + 0.4 * Math.sin(stripes * y + slope * x);
    return echo * fibre * Math.max(0.1, 1 + contrast * lobules(lobuleScale * x, 1.6 * lobuleScale * y));
  };
}

/** Ultrasound of invented anatomy: linear or curved probe, layers, cysts, masses, stones with shadows, speckle. */
export const ultrasound: Scene = (random, size) => {
  const tissue = tissueLayers(random);
  const reflectors = Array.from({ length: random.integer(5) }, () => randomReflector(random));
  const curved = random.next() < 0.35;
  const apex = random.uniform(0.12, 0.6);
  const opening = random.uniform(0.45, 0.8);
  const grain = uniformScale(random, 0.4, 2.2) * (size / 160);
  const noise = speckle(random, size, grain * random.uniform(1, 2.5), grain * 0.6);
  const attenuation = random.uniform(0.3, 2.2);
  const range = random.uniform(34, 60);
  const gain = uniformScale(random, 0.5, 2.2);
  const beam = new Float32Array(size).fill(1);
  const gaps = random.next() < 0.2 ? random.uniform(6, 20) : 0;
  return paintGrey(size, (x, y) => {
    const [column, row] = [Math.floor(x * size), Math.floor(y * size)];
    const [dx, dy] = [x - 0.5, y + apex];
    const depth = curved ? Math.sqrt(dx * dx + dy * dy) - apex * 1.1 : y;
    if (curved && (depth < 0 || depth > 0.95 || Math.abs(Math.atan2(dx, dy)) > opening)) return 0;
    let strength = tissue(x, depth);
    for (const { outline, echo, rim, gain: change, soft } of reflectors) {
      const distance = outline(x, y);
      if (distance < 0) {
        strength += (echo * (0.6 + 0.4 * strength) - strength) * smoothStep(0, soft, -distance);
        beam[column] = (beam[column] as number) * Math.exp(change / size);
      } else if (distance < 0.012) strength *= rim;
    }
    const contact = gaps === 0 ? 1 : 0.25 + 0.75 * smoothStep(-0.4, 0.2, Math.sin(gaps * x));
    const amplitude =
      gain *
      contact *
      strength *
      (beam[column] as number) *
      Math.exp(-attenuation * depth) *
      (noise[row * size + column] as number);
    return Math.min(1, Math.max(0, 1 + (20 * Math.log10(amplitude / 8 + 1e-6)) / range));
  });
};

/** Length of the chord of a tube of this radius at this distance from its axis: how much a bone absorbs. */
const chord = (distance: number, radius: number): number =>
  distance >= radius ? 0 : Math.sqrt(1 - (distance / radius) ** 2);

function quantumNoise(random: Random, canvas: Canvas, amount: number): Canvas {
  for (let i = 0; i < canvas.red.length; i += 1) {
    const value = (canvas.red[i] as number) + amount * gaussian(random);
    canvas.red[i] = value;
    canvas.green[i] = value;
    canvas.blue[i] = value;
  }
  return canvas;
}

/** A chest radiograph: two lungs, ribs, spine, heart, diaphragm, sometimes a nodule, a consolidation or a tube. */
export const chestRadiograph: Scene = (random, size) => {
  const [zoom, shiftX, shiftY] = [uniformScale(random, 0.7, 1.6), random.uniform(-0.2, 0.2), random.uniform(-0.2, 0.2)];
  const vessels = fractalNoise(gradientNoise(random), 5, 0.7);
  const soft = gradientNoise(random);
  const [ribCount, ribTilt, ribWidth] = [random.uniform(14, 22), random.uniform(0.6, 1.5), random.uniform(0.2, 0.45)];
  const heartSize = random.uniform(0.14, 0.26);
  const heart = randomBlob(random, 0.56, 0.66, heartSize, 0.08);
  const opacities = Array.from({ length: random.integer(4) }, () => ({
    outline: randomBlob(
      random,
      pick(random, [0.3, 0.72]) + random.uniform(-0.1, 0.1),
      random.uniform(0.25, 0.75),
      uniformScale(random, 0.015, 0.15),
      0.3,
    ),
    weight: random.uniform(0.08, 0.4),
    edge: uniformScale(random, 0.004, 0.08),
  }));
  const lungs = [randomBlob(random, 0.3, 0.47, 0.2, 0.05), randomBlob(random, 0.72, 0.47, 0.19, 0.05)];
  const [gamma, contrast] = [uniformScale(random, 0.6, 1.6), random.uniform(0.7, 1.1)];
  const inverted = random.next() < 0.08;
  const canvas = paintGrey(size, (px, py) => {
    const [x, y] = [0.5 + (px - 0.5) / zoom + shiftX, 0.5 + (py - 0.5) / zoom + shiftY];
    const side = Math.abs(x - 0.5);
    let absorbed = 0.72 - 0.5 * smoothStep(0.38, 0.52, side) + 0.08 * soft(3 * x, 3 * y);
    const lungDistance = Math.min(...lungs.map((lung) => lung(x, y * 0.72 + 0.13)));
    const inLung = smoothStep(0.015, -0.025, lungDistance);
    absorbed -= 0.5 * inLung;
    absorbed += inLung * 0.09 * vessels(9 * x, 9 * y);
    absorbed += 0.16 * chord(side, 0.035) * (0.8 + 0.2 * Math.sin(60 * y)) + 0.1 * chord(side, 0.09);
    const phase = ribCount * (y - ribTilt * side * side + 0.25 * side);
    absorbed +=
      0.1 *
      chord(Math.abs(phase - Math.round(phase)), ribWidth) *
      smoothStep(0.46, 0.4, side) *
      smoothStep(0.95, 0.8, y);
    absorbed += 0.33 * smoothStep(0.02, -0.03, heart(x, y)) * inLung;
    absorbed += 0.5 * smoothStep(0.78, 0.84, y + 0.6 * (side - 0.2) ** 2) * inLung;
    for (const { outline, weight, edge } of opacities) absorbed += weight * smoothStep(edge, -edge, outline(x, y));
    const value = Math.max(0, Math.min(1, contrast * absorbed)) ** gamma;
    return inverted ? 1 - value : value;
  });
  return quantumNoise(random, canvas, random.uniform(0, 0.04));
};

/** Bones of a limb or joint: tubes with a dense cortex in soft tissue, sometimes broken or with metal. */
export const boneRadiograph: Scene = (random, size) => {
  const trabeculae = fractalNoise(gradientNoise(random), 5, 0.75);
  const grain = uniformScale(random, 8, 40);
  const bones = Array.from({ length: 1 + random.integer(6) }, () => {
    const angle = Math.PI * random.next();
    return {
      x: random.uniform(0.15, 0.85),
      y: random.uniform(0.15, 0.85),
      c: Math.cos(angle),
      s: Math.sin(angle),
      radius: uniformScale(random, 0.03, 0.16),
      half: uniformScale(random, 0.15, 0.9),
      flare: random.uniform(0, 0.8),
      cortex: random.uniform(0.12, 0.4),
      gap: random.next() < 0.25 ? random.uniform(-0.6, 0.6) : 9,
      density: random.uniform(0.25, 0.6),
    };
  });
  const flesh = randomBlob(random, 0.5, 0.5, random.uniform(0.35, 0.8), 0.1);
  const metal =
    random.next() < 0.15 ? randomBlob(random, random.next(), random.next(), uniformScale(random, 0.03, 0.12), 0) : null;
  const [gamma, base] = [uniformScale(random, 0.6, 1.5), random.uniform(0.1, 0.35)];
  const canvas = paintGrey(size, (x, y) => {
    let absorbed = base * smoothStep(0.01, -0.12, flesh(x, y));
    for (const { x: bx, y: by, c, s, radius, half, flare, cortex, gap, density } of bones) {
      const [along, across] = [(c * (x - bx) + s * (y - by)) / half, Math.abs(c * (y - by) - s * (x - bx))];
      if (Math.abs(along) > 1) continue;
      const width = radius * (1 + flare * along ** 4) * Math.sqrt(1 - along ** 8);
      const outer = chord(across, width);
      const inner = chord(across, width * (1 - cortex));
      const broken = Math.abs(along - gap - 0.3 * across) < 0.015 ? 0.3 : 1;
      absorbed += broken * density * (outer - 0.65 * inner + 0.12 * outer * trabeculae(grain * x, grain * y));
    }
    if (metal !== null && metal(x, y) < 0) absorbed += 1;
    return Math.max(0, Math.min(1, absorbed)) ** gamma;
  });
  return quantumNoise(random, canvas, random.uniform(0, 0.04));
};

/** A mammogram: half an ellipse of fat with glandular fibres, sometimes a mass, spicules or calcifications. */
export const mammogram: Scene = (random, size) => {
  const glandular = fractalNoise(gradientNoise(random), 5, 0.65);
  const [density, scale] = [random.uniform(-0.5, 0.6), uniformScale(random, 2.5, 7)];
  const [width, height, mirrored] = [random.uniform(0.55, 0.95), random.uniform(0.4, 0.6), random.next() < 0.5];
  const mass =
    random.next() < 0.5
      ? randomBlob(
          random,
          random.uniform(0.15, 0.6),
          random.uniform(0.3, 0.7),
          uniformScale(random, 0.02, 0.1),
          random.uniform(0, 0.5),
        )
      : null;
  const specks = Array.from(
    { length: random.next() < 0.4 ? 4 + random.integer(25) : 0 },
    () => [0.35 + 0.12 * gaussian(random), 0.5 + 0.12 * gaussian(random), uniformScale(random, 0.003, 0.01)] as const,
  );
  const gamma = uniformScale(random, 0.7, 1.6);
  const canvas = paintGrey(size, (px, y) => {
    const x = mirrored ? 1 - px : px;
    const inside = 1 - Math.sqrt((x / width) ** 2 + ((y - 0.5) / height) ** 2);
    if (inside <= 0) return 0.01;
    const thickness = smoothStep(0, 0.18, inside);
    let value = 0.22 + 0.4 * smoothStep(-0.4, 0.9, glandular(scale * x, scale * y) + density + 0.6 * inside);
    if (mass !== null) value += 0.3 * smoothStep(0.015, -0.02, mass(x, y));
    for (const [sx, sy, radius] of specks) if ((x - sx) ** 2 + (y - sy) ** 2 < radius * radius) value += 0.45;
    return Math.min(1, thickness * value) ** gamma;
  });
  return quantumNoise(random, canvas, random.uniform(0, 0.03));
};

interface Organ {
  readonly outline: Outline;
  readonly value: number;
  readonly texture: number;
}

/** An axial CT or MR slice: body or head, rim of fat or skull, organs, vessels, spine, lesions; a random window. */
export const crossSection: Scene = (random, size) => {
  const isMr = random.next() < 0.45;
  const [centreX, centreY] = [random.uniform(0.4, 0.6), random.uniform(0.4, 0.6)];
  const body = randomBlob(random, centreX, centreY, uniformScale(random, 0.28, 0.7), 0.05);
  const organs = Array.from({ length: 2 + random.integer(14) }, (_, index): Organ => {
    const radius = uniformScale(random, 0.015, index < 3 ? 0.22 : 0.1);
    const distance = 0.28 * Math.sqrt(random.next());
    const angle = 2 * Math.PI * random.next();
    const outline = randomBlob(
      random,
      centreX + distance * Math.cos(angle),
      centreY + distance * Math.sin(angle),
      radius,
      random.uniform(0, 0.25),
    );
    return {
      outline,
      value: random.next() < 0.15 ? random.uniform(0, 0.1) : random.uniform(0.3, 0.75),
      texture: random.uniform(0, 0.12),
    };
  });
  const isHead = random.next() < 0.35;
  const folds = fractalNoise(gradientNoise(random), 3, 0.5);
  const foldScale = uniformScale(random, 5, 12);
  const spine = randomBlob(random, centreX, centreY + random.uniform(0.12, 0.24), random.uniform(0.03, 0.07), 0.25);
  const rim = random.uniform(0.015, 0.07);
  const [rimValue, insideValue] = [isHead ? 1 : random.uniform(0.1, 0.35), random.uniform(0.35, 0.6)];
  const bias: Noise = gradientNoise(random);
  const biasAmount = isMr ? random.uniform(0, 0.35) : 0;
  const texture = fractalNoise(gradientNoise(random), 4, 0.7);
  const invertValues = isMr && random.next() < 0.5;
  const [level, width] = [random.uniform(0.35, 0.6), random.uniform(0.35, 1)];
  const table = !isMr && random.next() < 0.4 ? random.uniform(0.85, 0.95) : 9;
  const canvas = paintGrey(size, (x, y) => {
    const distance = body(x, y);
    if (distance > 0) return Math.abs(y - table - 0.15 * (x - 0.5) ** 2) < 0.008 ? 0.4 : 0;
    let value =
      -distance < rim ? rimValue : insideValue + (isHead ? 0.14 * Math.sign(folds(foldScale * x, foldScale * y)) : 0);
    if (-distance >= rim) {
      for (const organ of organs) {
        if (organ.outline(x, y) < 0) value = organ.value + organ.texture * texture(14 * x, 14 * y);
      }
      if (!isHead) {
        const ofSpine = spine(x, y);
        if (ofSpine < 0) value = ofSpine > -0.012 ? 1 : 0.75 + 0.15 * texture(30 * x, 30 * y);
      }
    }
    const signal = (invertValues ? 1 - value : value) * (1 + biasAmount * bias(1.5 * x, 1.5 * y));
    return Math.min(1, Math.max(0, (signal - level) / width + 0.5));
  });
  return quantumNoise(random, canvas, random.uniform(0, 0.06));
};
