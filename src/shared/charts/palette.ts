import { rgb } from 'd3-color';
import { scaleLinear, scaleSequential } from 'd3-scale';
import { interpolateBlues } from 'd3-scale-chromatic';

/** The window's theme that a chart is drawn for. */
export type Scheme = 'dark' | 'light';

/**
 * Okabe and Ito's colours (Color Universal Design, 2008), distinguishable with any common colour-vision deficiency.
 * Each theme starts with the most salient ones on its background; black is omitted.
 */
const okabeIto: Record<Scheme, readonly string[]> = {
  dark: ['#56b4e9', '#e69f00', '#009e73', '#cc79a7', '#f0e442', '#d55e00', '#4da3d9'],
  light: ['#0072b2', '#d55e00', '#00795a', '#a8508a', '#7a6f00', '#2d7fb0', '#b07800'],
};

/** Dash patterns in pixels: lines differ by more than colour. */
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [12, 4], [4, 2], [1, 3]];

/** Colour of series or class `index`; repeats after seven. */
export function seriesColour(scheme: Scheme, index: number): string {
  const colours = okabeIto[scheme];
  return colours.at(index % colours.length) ?? '#888888';
}

/** Dash pattern of series `index`, in pixels; empty for a solid line. */
export function seriesDash(index: number): readonly number[] {
  return dashes.at(index % dashes.length) ?? [];
}

export interface ChartColours {
  readonly background: string;
  readonly text: string;
  readonly dimmed: string;
  readonly axis: string;
  readonly grid: string;
}

const chartColourSets: Record<Scheme, ChartColours> = {
  dark: { background: '#1c1f22', text: '#e4e6e8', dimmed: '#9ea4aa', axis: '#5d646b', grid: '#2b3035' },
  light: { background: '#ffffff', text: '#1b2127', dimmed: '#596069', axis: '#8b929a', grid: '#e6e8eb' },
};

/**
 * Ink of axes, grid and text. Spelled out rather than read from CSS variables: exported files must be self-contained.
 */
export function chartColours(scheme: Scheme): ChartColours {
  return chartColourSets[scheme];
}

/** Steps of the dark theme, from its background up: ColorBrewer's ramps start at white. */
const darkBlues = ['#20252a', '#18385a', '#16548d', '#3a88c9', '#8bc4f2'];

const blueRamps: Record<Scheme, (share: number) => string> = {
  dark: scaleLinear<string, string>()
    .domain(darkBlues.map((_, index) => index / (darkBlues.length - 1)))
    .range(darkBlues)
    .clamp(true),
  light: scaleSequential(interpolateBlues).clamp(true),
};

/** Sequential blue for a share, clamped to 0..1, as `#rrggbb`. */
export function sequentialBlue(scheme: Scheme, share: number): string {
  return rgb(blueRamps[scheme](Number.isFinite(share) ? share : 0)).formatHex();
}

/** Relative luminance of a CSS colour (WCAG 2.2). */
export function relativeLuminance(colour: string): number {
  const linear = (channel: number) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const { r, g, b } = rgb(colour);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** WCAG 2.2 contrast ratio of two CSS colours, 1..21. */
export function contrastRatio(a: string, b: string): number {
  const [high, low] = [relativeLuminance(a), relativeLuminance(b)].sort((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

/** White or black, whichever has more contrast to `background`. */
export function textOn(background: string): string {
  return contrastRatio(background, '#ffffff') >= contrastRatio(background, '#000000') ? '#ffffff' : '#000000';
}
