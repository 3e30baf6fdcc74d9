/** Classes of synthetic breast ultrasound images. All are drawn from one tissue model and differ only in the lesion. */
export const sampleClasses = ['benign', 'malignant', 'normal'] as const;
export type SampleClass = (typeof sampleClasses)[number];

export interface UltrasoundImage {
  readonly width: number;
  readonly height: number;
  /** [height, width], 8 bit, after log compression. */
  readonly pixels: Uint8Array;
}

/** A random number in [0, 1). */
export type Uniform = () => number;

interface Lesion {
  readonly centreX: number;
  readonly centreY: number;
  /** Boundary radius in pixels for an angle in radians. */
  radius(angle: number): number;
  /** Echogenicity inside, relative to the surrounding tissue. */
  readonly echo: number;
  /** Share of beam strength behind the lesion: above 1 is enhancement, below 1 is shadow. */
  readonly transmission: number;
  /** Brightness of the rim. */
  readonly rim: number;
}

const between = (uniform: Uniform, low: number, high: number): number => low + (high - low) * uniform();

/** A sum of a few sines: a smooth, wavy line. Tabulated over -1 to 5, the range in use. */
function wavyLine(uniform: Uniform, amplitude: number): (x: number) => number {
  const waves = Array.from({ length: 4 }, (_, i) => ({
    amplitude: (amplitude * between(uniform, 0.4, 1)) / (i + 1),
    frequency: between(uniform, 0.6, 1.4) * (i + 1) * Math.PI,
    phase: between(uniform, 0, 2 * Math.PI),
  }));
  const table = Float32Array.from({ length: 3072 }, (_, i) =>
    waves.reduce((sum, wave) => sum + wave.amplitude * Math.sin(wave.frequency * (i / 512 - 1) + wave.phase), 0),
  );
  return (x) => table[Math.max(0, Math.min(3071, Math.round((x + 1) * 512)))] as number;
}

/** Tabulates a boundary radius by angle, because it is evaluated for every pixel. */
function tabulated(radius: (angle: number) => number): (angle: number) => number {
  const table = Float32Array.from({ length: 1441 }, (_, i) => radius((i / 720 - 1) * Math.PI));
  return (angle) => table[Math.round((angle / Math.PI + 1) * 720)] as number;
}

/**
 * Smooth oval, wider than tall, with a thin capsule and enhancement behind it: the BI-RADS pattern of a benign mass.
 */
function ovalLesion(uniform: Uniform, width: number, height: number): Lesion {
  const a = between(uniform, 0.13, 0.2) * width;
  const b = a * between(uniform, 0.5, 0.68);
  const tilt = between(uniform, -0.25, 0.25);
  const wave = wavyLine(uniform, 0.02);
  return {
    centreX: between(uniform, 0.32, 0.68) * width,
    centreY: between(uniform, 0.36, 0.52) * height,
    radius: tabulated((angle) => {
      const c = Math.cos(angle - tilt) / a;
      const s = Math.sin(angle - tilt) / b;
      return (1 + wave(Math.cos(angle))) / Math.sqrt(c * c + s * s);
    }),
    echo: between(uniform, 0.1, 0.18),
    transmission: between(uniform, 1.5, 2.1),
    rim: between(uniform, 1.3, 1.7),
  };
}

/** Spiculated, taller than wide, dark, with a shadow behind it: the BI-RADS pattern of a malignant mass. */
function spiculatedLesion(uniform: Uniform, width: number, height: number): Lesion {
  const base = between(uniform, 0.11, 0.16) * height;
  const stretch = between(uniform, 1.1, 1.45);
  const spikes = Array.from({ length: 9 + Math.floor(uniform() * 6) }, () => ({
    angle: between(uniform, 0, 2 * Math.PI),
    length: between(uniform, 0.25, 0.75),
    sharpness: between(uniform, 30, 90),
  }));
  const wave = wavyLine(uniform, 0.1);
  return {
    centreX: between(uniform, 0.3, 0.7) * width,
    centreY: between(uniform, 0.34, 0.5) * height,
    radius: tabulated((angle) => {
      const c = Math.cos(angle);
      const s = Math.sin(angle) / stretch;
      const spike = spikes.reduce(
        (sum, { angle: at, length, sharpness }) => sum + length * Math.exp(sharpness * (Math.cos(angle - at) - 1)),
        0,
      );
      return (base * (1 + wave(Math.sin(angle)) + spike)) / Math.sqrt(c * c + s * s);
    }),
    echo: between(uniform, 0.06, 0.13),
    transmission: between(uniform, 0.2, 0.38),
    rim: between(uniform, 1.1, 1.4),
  };
}

/** Echogenicity by position: skin, fat, glandular tissue and muscle. */
function tissue(uniform: Uniform, width: number, height: number): (x: number, y: number) => number {
  const fat = wavyLine(uniform, 0.035);
  const muscle = wavyLine(uniform, 0.04);
  const texture = wavyLine(uniform, 0.25);
  const grain = wavyLine(uniform, 0.25);
  const fatDepth = between(uniform, 0.2, 0.3);
  const muscleDepth = between(uniform, 0.72, 0.84);
  return (px, py) => {
    const x = px / width;
    const y = py / height;
    const lobules = Math.max(0.25, 1 + texture(3 * x + 0.7 * y) * grain(4 * y - 0.4 * x) * 12);
    const fatLine = fatDepth + fat(x);
    const muscleLine = muscleDepth + muscle(x);
    if (y < 0.035) return 2.2;
    if (y < fatLine) return 0.42 * lobules;
    if (y - fatLine < 0.012) return 1.5;
    if (y < muscleLine) return 0.95 * lobules;
    if (y - muscleLine < 0.014) return 1.9;
    return 0.5 * (1 + 0.35 * Math.sin(90 * y + 8 * muscle(x)));
  };
}

/**
 * Speckle: the magnitude of a complex Gaussian field (Rayleigh), correlated across the beam as for a real transducer.
 */
function speckle(uniform: Uniform, width: number, height: number): Float32Array {
  const field = (): Float32Array => {
    const noise = new Float32Array(width * height);
    for (let i = 0; i < noise.length; i++) noise[i] = uniform() + uniform() + uniform() - 1.5;
    const smooth = new Float32Array(noise.length);
    for (let y = 0; y < height; y++) {
      const above = Math.max(y - 1, 0) * width;
      const row = y * width;
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let dx = -2; dx <= 2; dx++) {
          const column = Math.min(Math.max(x + dx, 0), width - 1);
          sum += (3 - Math.abs(dx)) * ((noise[row + column] as number) + 0.6 * (noise[above + column] as number));
        }
        smooth[row + x] = sum;
      }
    }
    return smooth;
  };
  const real = field();
  const imaginary = field();
  // Standard deviation of one component: the noise's 0.5 times the kernel's norm.
  const deviation = 0.5 * Math.sqrt((9 + 2 * 4 + 2 * 1) * (1 + 0.36));
  return real.map((value, i) => Math.hypot(value, imaginary[i] as number) / deviation);
}

/**
 * Draws an ultrasound-like image of invented tissue: layers, a lesion or none, Rayleigh speckle, attenuation with
 * depth, and log compression to 8 bit. Nothing is burned in. Equally seeded `uniform` functions give equal pixels.
 */
export function ultrasoundImage(kind: SampleClass, uniform: Uniform, width = 224, height = 176): UltrasoundImage {
  const echo = tissue(uniform, width, height);
  const lesion =
    kind === 'benign'
      ? ovalLesion(uniform, width, height)
      : kind === 'malignant'
        ? spiculatedLesion(uniform, width, height)
        : null;
  const noise = speckle(uniform, width, height);
  const gain = between(uniform, 0.8, 1.25);
  const attenuation = between(uniform, 0.7, 1.4);
  const dynamicRange = between(uniform, 40, 48);
  const pixels = new Uint8Array(width * height);
  // Beam strength in each column so far: lesions change it on the way down.
  const beam = new Float32Array(width).fill(1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let strength = echo(x, y);
      if (lesion !== null) {
        const dx = x - lesion.centreX;
        const dy = y - lesion.centreY;
        const distance = Math.hypot(dx, dy) - lesion.radius(Math.atan2(dy, dx));
        if (distance < 0) {
          strength = lesion.echo * (0.6 + 0.4 * strength);
          const path = 2 * lesion.radius(Math.PI / 2);
          beam[x] = (beam[x] as number) * lesion.transmission ** (1 / path);
        } else if (distance < 2.5) strength *= lesion.rim;
      }
      const i = y * width + x;
      const amplitude =
        gain * strength * (beam[x] as number) * Math.exp((-attenuation * y) / height) * (noise[i] as number);
      // Log compression: `dynamicRange` decibels below a fixed bright echo map to 0..255.
      const decibels = 20 * Math.log10(amplitude / 7 + 1e-6);
      pixels[i] = Math.max(0, Math.min(255, Math.round(255 * (1 + decibels / dynamicRange))));
    }
  }
  return { width, height, pixels };
}
