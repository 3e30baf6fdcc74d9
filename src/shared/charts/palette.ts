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

/** Dash patterns, so that lines differ by more than colour. */
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [12, 4], [4, 2], [1, 3]];

/** The colour of series or class `index`, repeating after seven. */
export function seriesColour(scheme: Scheme, index: number): string {
  const colours = okabeIto[scheme];
  return colours[((index % colours.length) + colours.length) % colours.length] ?? '#888888';
}

/** The dash pattern of series `index`, in pixels; empty = solid. */
export function seriesDash(index: number): readonly number[] {
  return dashes[((index % dashes.length) + dashes.length) % dashes.length] ?? [];
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

type Rgb = readonly [number, number, number];

/** From "nothing" to "all", each step perceptibly stronger against the theme's background. */
const blueStops: Record<Scheme, readonly Rgb[]> = {
  dark: [
    [32, 37, 42],
    [24, 56, 90],
    [22, 84, 141],
    [58, 136, 201],
    [139, 196, 242],
  ],
  light: [
    [247, 251, 255],
    [198, 219, 239],
    [107, 174, 214],
    [33, 113, 181],
    [8, 48, 107],
  ],
};

/** Linear interpolation between colour stops; `t` is clamped to 0..1. */
export function interpolateStops(stops: readonly Rgb[], t: number): Rgb {
  const last = stops.length - 1;
  const position = Math.min(1, Math.max(0, Number.isFinite(t) ? t : 0)) * last;
  const index = Math.min(last - 1, Math.floor(position));
  const from = stops[index] ?? [0, 0, 0];
  const to = stops[index + 1] ?? from;
  const share = position - index;
  return [
    Math.round(from[0] + (to[0] - from[0]) * share),
    Math.round(from[1] + (to[1] - from[1]) * share),
    Math.round(from[2] + (to[2] - from[2]) * share),
  ];
}

function toHex(colour: Rgb): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** Sequential blue for a share 0..1. */
export function sequentialBlue(scheme: Scheme, share: number): string {
  return toHex(interpolateStops(blueStops[scheme], share));
}

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
export function relativeLuminance(hex: string): number {
  const channel = (offset: number) => {
    const value = Number.parseInt(hex.slice(offset, offset + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1..21. */
export function contrastRatio(a: string, b: string): number {
  const [high, low] = [relativeLuminance(a), relativeLuminance(b)].sort((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

/** White or black, whichever reads better on `background`. */
export function textOn(background: string): string {
  return contrastRatio(background, '#ffffff') >= contrastRatio(background, '#000000') ? '#ffffff' : '#000000';
}
