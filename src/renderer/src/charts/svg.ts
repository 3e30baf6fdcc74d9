import type { ChartColours } from '#shared/charts/palette';
import { escapeMarkup } from '#shared/text/markup';

type AttributeValue = string | number;

/** One SVG element; `children` is markup that is already escaped. Numbers are written with at most two decimals. */
export function element(name: string, attributes: Readonly<Record<string, AttributeValue>>, children = ''): string {
  const written = Object.entries(attributes)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? Math.round(value * 100) / 100 : escapeMarkup(value)}"`,
    )
    .join('');
  return children === '' ? `<${name}${written}/>` : `<${name}${written}>${children}</${name}>`;
}

export function textElement(text: string, attributes: Readonly<Record<string, AttributeValue>>): string {
  return element('text', attributes, escapeMarkup(text) || ' ');
}

/** Fonts that every system has under some name: an exported file must not need ours. */
export const svgFont = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';

export interface SvgDocument {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly colours: ChartColours;
  /** Markup, already escaped. */
  readonly body: string;
}

/** A whole SVG file with background, title and a title for screen readers. */
export function svgDocument({ width, height, title, colours, body }: SvgDocument): string {
  const content =
    element('title', {}, escapeMarkup(title)) +
    element('rect', { width, height, fill: colours.background }) +
    textElement(title, { x: 16, y: 24, 'font-size': 14, 'font-weight': 600, fill: colours.text }) +
    body;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': svgFont,
      'font-size': 12,
    },
    content,
  );
}
