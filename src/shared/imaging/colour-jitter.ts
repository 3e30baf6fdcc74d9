import type { Samples } from './normalise';
import type { Random } from './random';

/** Factors of one draw, in the order of application; like torchvision's ColorJitter, on floats. */
export type JitterStep =
  | { readonly kind: 'brightness' | 'contrast' | 'saturation'; readonly factor: number }
  /** `turns` in [-0.5, 0.5] around the colour circle. */
  | { readonly kind: 'hue'; readonly turns: number };

export interface JitterRanges {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly hue: number;
}

/** Always consumes the same number of draws, so that grey and colour images of one stream stay in step. */
export function drawJitter(ranges: JitterRanges, grey: boolean, random: Random): JitterStep[] {
  const around = (range: number) => random.uniform(Math.max(0, 1 - range), 1 + range);
  const steps: JitterStep[] = [
    { kind: 'brightness', factor: around(ranges.brightness) },
    { kind: 'contrast', factor: around(ranges.contrast) },
    { kind: 'saturation', factor: around(ranges.saturation) },
    { kind: 'hue', turns: random.uniform(-ranges.hue, ranges.hue) },
  ];
  for (let i = steps.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [steps[i], steps[j]] = [steps[j] as JitterStep, steps[i] as JitterStep];
  }
  return steps.filter((step) => {
    if (grey && (step.kind === 'saturation' || step.kind === 'hue')) return false;
    return step.kind === 'hue' ? step.turns !== 0 : step.factor !== 1;
  });
}

const clampByte = (x: number) => (x < 0 ? 0 : Math.min(x, 255));

/** ITU-R 601 luma, as in PIL's conversion to grey. */
const luma = (r: number, g: number, b: number) => 0.299 * r + 0.587 * g + 0.114 * b;

function meanLuma(data: Float32Array, channels: 1 | 3): number {
  let sum = 0;
  if (channels === 1) for (let i = 0; i < data.length; i++) sum += data[i] as number;
  else {
    for (let i = 0; i < data.length; i += 3) {
      sum += luma(data[i] as number, data[i + 1] as number, data[i + 2] as number);
    }
  }
  return sum / (data.length / channels);
}

function scaleAround(data: Float32Array, factor: number, center: number): void {
  const shift = (1 - factor) * center;
  for (let i = 0; i < data.length; i++) data[i] = clampByte((data[i] as number) * factor + shift);
}

function saturate(data: Float32Array, factor: number): void {
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [data[i] as number, data[i + 1] as number, data[i + 2] as number];
    const shift = (1 - factor) * luma(r, g, b);
    data[i] = clampByte(r * factor + shift);
    data[i + 1] = clampByte(g * factor + shift);
    data[i + 2] = clampByte(b * factor + shift);
  }
}

/** RGB → HSV, rotate the hue, → RGB; grey pixels have no hue and stay. */
function turnHue(data: Float32Array, turns: number): void {
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i] as number;
    const g = data[i + 1] as number;
    const b = data[i + 2] as number;
    const high = r > g ? Math.max(r, b) : Math.max(g, b);
    const low = r < g ? Math.min(r, b) : Math.min(g, b);
    const chroma = high - low;
    if (chroma === 0) continue;
    // The hue in sixths of a turn.
    let hue = high === r ? (g - b) / chroma : high === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
    hue += 6 * turns;
    hue -= 6 * Math.floor(hue / 6);
    // Foley and van Dam: each channel is `high` minus chroma × a trapezoid of the hue.
    for (let c = 0; c < 3; c++) {
      let k = hue + (c === 0 ? 5 : c === 1 ? 3 : 1);
      if (k >= 6) k -= 6;
      const edge = Math.min(k, 4 - k);
      data[i + c] = high - chroma * (edge < 0 ? 0 : Math.min(edge, 1));
    }
  }
}

/** In place, on values 0..255. */
export function applyJitter(samples: Samples & { readonly data: Float32Array }, steps: readonly JitterStep[]): void {
  for (const step of steps) {
    switch (step.kind) {
      case 'brightness':
        scaleAround(samples.data, step.factor, 0);
        break;
      case 'contrast':
        scaleAround(samples.data, step.factor, meanLuma(samples.data, samples.channels));
        break;
      case 'saturation':
        saturate(samples.data, step.factor);
        break;
      case 'hue':
        turnHue(samples.data, step.turns);
        break;
    }
  }
}
