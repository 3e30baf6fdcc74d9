import { escapeMarkup } from '../text/markup';
import type { ChartColours } from './palette';

export type SvgAttributes = Readonly<Record<string, string | number>>;

/** One SVG element. `children` is markup; numbers are rounded to two decimals. */
export function element(name: string, attributes: SvgAttributes, children = ''): string {
  const written = Object.entries(attributes)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? Math.round(value * 100) / 100 : escapeMarkup(value)}"`,
    )
    .join('');
  return children === '' ? `<${name}${written}/>` : `<${name}${written}>${children}</${name}>`;
}

export function textElement(text: string, attributes: SvgAttributes): string {
  return element('text', attributes, escapeMarkup(text) || ' ');
}

/** The first `length` characters of a text, with an ellipsis if it is longer. */
export const shorten = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

/** Markup of a chart, for a file or a page. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

/** Stacks with a system font on every platform, because an exported file cannot bring its own. */
const SYSTEM_FONTS = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';
const FILE_MARGIN = { top: 40, right: 12, bottom: 12 };
const MIN_FILE_WIDTH = 320;

/** A chart as a stand-alone SVG file with a background and a title, visible and for screen readers. */
export function svgFile(title: string, drawing: Drawing, colours: ChartColours): string {
  const width = Math.max(MIN_FILE_WIDTH, drawing.width + FILE_MARGIN.right);
  const height = FILE_MARGIN.top + drawing.height + FILE_MARGIN.bottom;
  const content =
    element('title', {}, escapeMarkup(title)) +
    element('rect', { width, height, fill: colours.background }) +
    textElement(title, { x: 16, y: 24, 'font-size': 14, 'font-weight': 600, fill: colours.text }) +
    element('g', { transform: `translate(0 ${FILE_MARGIN.top})` }, drawing.body);
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': SYSTEM_FONTS,
      'font-size': 12,
    },
    content,
  );
}
